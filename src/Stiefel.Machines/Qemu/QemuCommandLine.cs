using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Qemu;

/// <summary>Builds QEMU's arguments for the machine that the options describe. Needs QEMU 7.2 or later, for -netdev stream.</summary>
public static class QemuCommandLine
{
    /// <summary>The program.</summary>
    public const string Program = "qemu-system-x86_64";

    /// <summary>
    /// Emulation, which works everywhere. The cache of translated code is limited because of kexec: the new kernel overwrites pages that
    /// held the old one's programs, and QEMU 7.2 takes milliseconds for each page whose translations it discards one by one.
    /// </summary>
    public const string UsualAccelerator = "tcg,thread=multi,tb-size=256";

    /// <summary>A kernel argument for emulated machines: their processor does not speculate, and the mitigations take a tenth of the time.</summary>
    public const string QuickKernel = "mitigations=off";

    /// <summary>
    /// A kernel argument for emulated machines: on a busy host the timer may not tick in the moment in which the kernel checks it, which then panics
    /// (`IO-APIC + timer doesn't work!`) although the timer works.
    /// </summary>
    public const string SureTimer = "no_timer_check";

    /// <summary>QEMU's id of the network adapter.</summary>
    public const string AdapterId = "adapter";

    /// <summary>QEMU's id of the card of another cable.</summary>
    /// <param name="index">Its place in <see cref="CableEnd.Others"/>.</param>
    public static string OtherAdapterId(int index) => $"{AdapterId}-other-{index + 1}";

    /// <summary>QEMU's id of the cable's end.</summary>
    public const string CableId = "cable";

    // The adapter's port of the switch that joins several cables.
    private const string AdapterPort = "port-adapter";

    private const string BeeperId = "beeper";

    private const int FirstIdleHub = 100;

    private const string IdleMac = "52:54:00:5e:1d:";

    /// <summary>The PCI Express slot of the adapter. It has its own port, so that the adapter can be unplugged while the machine runs.</summary>
    public const string AdapterSlot = "adapter-slot";

    /// <summary>An empty slot, for an adapter that comes back in another one.</summary>
    public const string SpareSlot = "spare-slot";

    // The first part of the machine's UUID (SMBIOS, type 1); the rest is its adapter's address.
    private const string NumberBegins = "5a1e0010-7a9d-4c1e-9b57-";

    // Disable five-level page tables, which emulation walks level by level, and fast string instructions, which it executes byte by byte (a boot takes a sixth less).
    private const string Processor = "max,la57=off,erms=off";

    // Virtual adapters pass whole TCP segments; record them completely, so that a test can search them.
    private const int LargestFrame = 65536 + 64;

    /// <summary>QEMU's id of the network end into which the adapter is plugged.</summary>
    public static string AdapterEnd(CableEnd cable) => cable.MoreSockets.Count == 0 ? CableId : AdapterPort;

    public static string SerialSocket(VirtualMachineOptions options) => Path.Combine(options.RunDirectory, options.Name + ".serial");

    public static string SecondSerialSocket(VirtualMachineOptions options) => Path.Combine(options.RunDirectory, options.Name + ".serial2");

    public static string MonitorSocket(VirtualMachineOptions options) => Path.Combine(options.RunDirectory, options.Name + ".qmp");

    public static string VariablesFile(VirtualMachineOptions options) => Path.Combine(options.RunDirectory, options.Name + ".vars.fd");

    /// <param name="options">The machine.</param>
    /// <param name="firmware">The firmware for a UEFI start; otherwise unused.</param>
    public static List<string> Build(VirtualMachineOptions options, UefiFirmware? firmware)
    {
        List<string> arguments =
        [
            "-name", options.Name,
            "-no-user-config", "-nodefaults",
            "-machine", MachineType(options),
            "-accel", options.Accelerator,
            "-cpu", Processor,
            "-m", $"{options.Memory}",
            "-smp", $"{options.Processors}",
            "-display", "none",
            "-vga", "std",
            "-device", "virtio-rng-pci",
            "-device", $"pcie-root-port,id={AdapterSlot},chassis=1,slot=1",
            "-device", $"pcie-root-port,id={SpareSlot},chassis=2,slot=2",
            "-device", "qemu-xhci,id=usb",
        ];
        if (options.BeeperRecording is { } recording)
        {
            arguments.AddRange(["-audiodev", $"wav,id={BeeperId},path={Quote(recording)}"]);
        }

        AddConsoles(arguments, options);
        AddStartup(arguments, options, firmware);
        for (var index = 0; index < options.Disks.Count; index++)
        {
            AddDisk(arguments, options.Disks[index], index);
        }

        AddState(arguments, options);
        AddNumber(arguments, options.Cable);
        AddCable(arguments, options);
        if (options.EndOnReset)
        {
            arguments.Add("-no-reboot");
        }

        return arguments;
    }

    private static string MachineType(VirtualMachineOptions options) =>
        $"q35{(options.Startup is Startup.Uefi { HasSecureBoot: true } ? ",smm=on" : "")}{(options.BeeperRecording is null ? "" : $",pcspk-audiodev={BeeperId}")}";

    private static void AddConsoles(List<string> arguments, VirtualMachineOptions options)
    {
        if (options.OnOurTerminal)
        {
            // QEMU's usual keys work: Ctrl-A X ends the machine, Ctrl-A C switches between console and monitor.
            arguments.AddRange(["-chardev", "stdio,id=serial,mux=on,signal=off", "-serial", "chardev:serial", "-mon", "chardev=serial,mode=readline"]);
            return;
        }

        // Make the machine wait for our `cont`, so that no byte of the console is lost before we listen.
        arguments.Add("-S");
        arguments.AddRange(["-chardev", $"socket,id=monitor,path={Quote(MonitorSocket(options))},server=on,wait=off", "-mon", "chardev=monitor,mode=control"]);
        arguments.AddRange(["-chardev", $"socket,id=serial,path={Quote(SerialSocket(options))},server=on,wait=off", "-serial", "chardev:serial"]);
        if (options.HasSecondSerial)
        {
            arguments.AddRange(["-chardev", $"socket,id=serial2,path={Quote(SecondSerialSocket(options))},server=on,wait=off", "-serial", "chardev:serial2"]);
        }
    }

    private static void AddStartup(List<string> arguments, VirtualMachineOptions options, UefiFirmware? firmware)
    {
        switch (options.Startup)
        {
            case Startup.DirectKernel direct:
                arguments.AddRange(["-kernel", direct.Kernel, "-initrd", direct.Initrd, "-append", direct.CommandLine]);
                break;
            case Startup.Uefi uefi:
                ArgumentNullException.ThrowIfNull(firmware);
                arguments.AddRange(
                [
                    "-drive", $"if=pflash,unit=0,format=raw,readonly=on,file={Quote(firmware.Code)}",
                    "-drive", $"if=pflash,unit=1,format=raw,file={Quote(VariablesFile(options))}",
                ]);
                if (uefi.HasSecureBoot)
                {
                    arguments.AddRange(["-global", "driver=cfi.pflash01,property=secure,value=on"]);
                }

                break;
        }
    }

    private static void AddDisk(List<string> arguments, VirtualDisk disk, int index)
    {
        var access = disk.ReadOnly ? "readonly=on" : "discard=unmap,detect-zeroes=unmap";
        // The host's page cache survives any end of the machine, so forcing every flush to the host's disk would prove nothing more.
        arguments.AddRange(["-drive", $"if=none,id=disk{index},format={disk.Format},cache=unsafe,{access},file={Quote(disk.Path)}"]);
        var device = disk.Bus == DiskBus.Usb ? "usb-storage,bus=usb.0,removable=on" : "virtio-blk-pci";
        var serial = disk.Serial is null ? "" : $",serial={disk.Serial}";
        arguments.AddRange(["-device", $"{device},drive=disk{index},bootindex={index + 1}{serial}"]);
    }

    /// <summary>Adds the image for the machine's state as a drive without a device, so that the system in the machine sees no extra disk.</summary>
    private static void AddState(List<string> arguments, VirtualMachineOptions options)
    {
        if (options.StateFile is { } state)
        {
            arguments.AddRange(["-drive", $"if=none,id=state,format=qcow2,cache=unsafe,file={Quote(state)}"]);
        }

        if (options.KeptAs is { } name)
        {
            arguments.AddRange(["-loadvm", name]);
        }
    }

    /// <summary>Adds a UUID by which a laptop recognizes a desktop: machines with the same adapter address count as the same machine.</summary>
    private static void AddNumber(List<string> arguments, CableEnd? cable)
    {
        if (cable is not null)
        {
            arguments.AddRange(["-uuid", NumberBegins + cable.Mac.Replace(":", "", StringComparison.Ordinal)]);
        }
    }

    private static void AddCable(List<string> arguments, VirtualMachineOptions options)
    {
        if (options.Cable is not { } cable)
        {
            return;
        }

        var side = cable.Listens ? "on" : "off";
        arguments.AddRange(
        [
            "-netdev",
            cable.Forward is { } forward
                ? $"user,id={CableId},restrict=on,hostfwd=tcp:127.0.0.1:{forward.Here}-{CableEnd.ForwardedAddress}:{forward.There}"
                : $"stream,id={CableId},server={side},addr.type=unix,addr.path={Quote(cable.SocketPath)}",
        ]);
        if (cable.Recording is { } recording)
        {
            arguments.AddRange(["-object", $"filter-dump,id=recording,netdev={CableId},maxlen={LargestFrame},file={Quote(recording)}"]);
        }

        if (cable.MoreSockets.Count > 0)
        {
            AddSwitch(arguments, cable.MoreSockets);
        }

        // Omit the card's boot ROM unless BIOS is to boot from it: firmware would spend time on network boot, and the ROM hides UEFI's own program for it.
        var rom = (cable.IsBooted, options.Startup) switch
        {
            (true, Startup.Bios) => ",bootindex=1",
            (true, _) => ",romfile=,bootindex=1",
            _ => ",romfile=",
        };
        if (cable.IsBootedByHttp)
        {
            // OVMF's switches for PXE, which it tries first; each try takes half a minute.
            arguments.AddRange(["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n", "-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"]);
        }

        if (cable.IsPluggedIn)
        {
            arguments.AddRange(["-device", $"{cable.Model},id={AdapterId},bus={AdapterSlot},netdev={AdapterEnd(cable)},mac={cable.Mac}{rom}"]);
        }

        AddIdleCards(arguments, cable);
        AddOthers(arguments, cable.Others);
    }

    private static void AddOthers(List<string> arguments, IReadOnlyList<CableEnd> others)
    {
        for (var index = 0; index < others.Count; index++)
        {
            var (other, name) = (others[index], $"{CableId}-other-{index + 1}");
            arguments.AddRange(
            [
                "-netdev", $"stream,id={name},server={(other.Listens ? "on" : "off")},addr.type=unix,addr.path={Quote(other.SocketPath)}",
                "-device", $"{other.Model},id={OtherAdapterId(index)},netdev={name},mac={other.Mac},romfile=",
            ]);
        }
    }

    /// <summary>Adds cards, each alone at a hub of its own.</summary>
    private static void AddIdleCards(List<string> arguments, CableEnd cable)
    {
        for (var index = 1; index <= cable.IdleCards; index++)
        {
            arguments.AddRange(
            [
                "-netdev", $"hubport,id=idle-{index},hubid={FirstIdleHub + index}",
                "-device", $"virtio-net-pci,netdev=idle-{index},mac={IdleMac}{index:x2},romfile=",
            ]);
        }
    }

    /// <summary>Adds a hub that joins the first cable, these sockets and the adapter.</summary>
    private static void AddSwitch(List<string> arguments, IReadOnlyList<string> sockets)
    {
        arguments.AddRange(["-netdev", $"hubport,id={AdapterPort},hubid=0", "-netdev", $"hubport,id=port-0,hubid=0,netdev={CableId}"]);
        for (var index = 0; index < sockets.Count; index++)
        {
            var more = $"{CableId}-{index + 1}";
            arguments.AddRange(
            [
                "-netdev", $"stream,id={more},server=on,addr.type=unix,addr.path={Quote(sockets[index])}",
                "-netdev", $"hubport,id=port-{index + 1},hubid=0,netdev={more}",
            ]);
        }
    }

    // A comma in a value of QEMU's option lists must be doubled.
    private static string Quote(string path) => path.Replace(",", ",,", StringComparison.Ordinal);
}
