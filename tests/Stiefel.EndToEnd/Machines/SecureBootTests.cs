using System.Buffers.Binary;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests a whole boot between two machines whose firmware starts only what Microsoft has signed, directly or through a shim: every kernel is locked down, from the
/// laptop's own system, which starts the ramdisk upon its own signed kernel, to the payload on the desktop, and back.
/// </summary>
[Trait("Needs", "machines")]
public sealed class SecureBootTests(MachineParts parts)
{
    private const string Down = "\e[B";
    private const string Enter = "\r";
    private const string Locked = "Kernel is locked down from EFI Secure Boot";
    private const string IsLocked = "mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security; grep -q -F '[integrity]' /sys/kernel/security/lockdown";
    private const string File = "/root/written-on-the-desktop", Content = "between two locked machines";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Boot_BetweenTwoMachinesWithSecureBoot_IsLockedDownFromTheFirstKernelToTheLast()
    {
        var disk = await parts.UefiDiskAsync();
        await parts.PlayAsync("secure-boot", async run =>
        {
            var key = parts.NewKey("stick");
            var image = await disk.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
            await using var laptop = await run.StartAsync(Laptop.Name, new Startup.Uefi(HasSecureBoot: true), [new VirtualDisk(image.Path)], run.LaptopEnd, _token, endsOnReset: false);
            await SetUpAsync(run, laptop, key);
            await using (var desktop = Desktop.TakenUp(await run.StartAsync("desktop", new Startup.Uefi(HasSecureBoot: true), [await WrittenStick.MakeAsync(run, key, _token)], run.DesktopEnd, _token)))
            {
                await StartAsync(desktop);
                await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.FirmwareStart + TimeLimits.PowerOff + TimeLimits.ServerStart, _token);
                await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
                await UseAsync(desktop, await desktop.LogInToPayloadAsync(_token));
            }

            await laptop.Console.WaitForAsync("stiefel: phase leaving (reboot)", TimeLimits.PowerOff, _token);
            await (await LogInAsync(laptop)).RunAsync($"grep -qx '{Content}' {File} && systemctl is-active stiefel-autokexec && findmnt -no SOURCE / | grep -q ^/dev/vda", _token);
        });
    }

    /// <summary>A kernel that nobody has signed stands for that of another vendor, whose key the stick's kernel does not know either.</summary>
    [Fact]
    [Trait("Needs", "long")]
    public async Task Boot_OfAKernelThatIsNotSigned_EndsBeforeTheDiskIsAskedForAndSaysWhatToDo()
    {
        var disk = await parts.DiskAsync(InitramfsMaker.InitramfsTools);
        await parts.PlayAsync("secure-boot-unsigned", async run =>
        {
            var key = parts.NewKey("stick");
            var image = await disk.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
            await image.UseAsync(disk.RootPartition, device => TakeSignatureAwayAsync(device, Directory.CreateDirectory(Path.Combine(run.WorkDirectory, "root")).FullName), _token);
            await using var laptop = await RamdiskLaptop.StartAsync(run, [new VirtualDisk(image.Path)], key, _token);
            await using var desktop = Desktop.TakenUp(await run.StartAsync("desktop", new Startup.Uefi(HasSecureBoot: true), [await WrittenStick.MakeAsync(run, key, _token)], run.DesktopEnd, _token));
            await StartAsync(desktop);
            await desktop.Console.WaitForAsync("the laptop's kernel must be signed by a key this machine trusts", TimeLimits.Fetch, _token);
            Assert.Equal("null", (await (await RamdiskLaptop.ShellAsync(laptop, _token)).RunAsync("ls /run/stiefel/grant-*.json >/dev/null 2>&1 || echo null", _token)).Trim());
        });
    }

    private async Task TakeSignatureAwayAsync(string device, string root)
    {
        await ExternalProgram.RunAsync("mount", [device, root], token: _token);
        try
        {
            var file = Assert.Single(Directory.GetFiles(Path.Combine(root, "boot"), "vmlinuz-*"));
            var kernel = await System.IO.File.ReadAllBytesAsync(file, _token);
            ClearSignature(kernel);
            await System.IO.File.WriteAllBytesAsync(file, kernel, _token);
        }
        finally
        {
            await ExternalProgram.RunAsync("umount", [root], token: CancellationToken.None);
        }
    }

    // Data directory 4 of a PE file names its signatures (PE format, optional header of PE32+).
    private static void ClearSignature(byte[] kernel)
    {
        const int HeaderPointer = 0x3c, OptionalHeader = 24, Directories = 112, Signatures = 4, DirectorySize = 8;
        var entry = kernel.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(kernel.AsSpan(HeaderPointer)) + OptionalHeader + Directories + (Signatures * DirectorySize), DirectorySize);
        Assert.True(entry.ContainsAnyExcept((byte)0), "the kernel was not signed");
        entry.Clear();
    }

    /// <summary>Logs in to the laptop's own system, which its shim and its GRUB have started.</summary>
    private async Task<ConsoleShell> LogInAsync(VirtualMachine laptop)
    {
        var own = await ConsoleShell.LogInAsync(Laptop.Name, laptop.Console, "root", DebianTree.RootPassword, TimeLimits.FirmwareStart + TimeLimits.Login, _token);
        await own.RunAsync(IsLocked, _token);
        return own;
    }

    private async Task SetUpAsync(MachineRun run, VirtualMachine laptop, string key)
    {
        var own = await LogInAsync(laptop);
        await laptop.PlugStickAsync((await PackagedLaptop.MakeStickAsync(run, key, _ => Task.CompletedTask, _token)).Path, _token);

        // The other way of loading a kernel knows no signatures, and lockdown forbids it.
        await own.RunAsync("ip link set $(ls /sys/class/net | grep -v lo) up; ! kexec -c -l /vmlinuz --append=quiet", _token);
        await PackagedLaptop.SetUpAsync(own, _token);
        await own.RunAsync("cmp $(ls -d /boot/grub/stiefel/*/ | tail -n 1)vmlinuz /boot/vmlinuz-$(uname -r)", _token);
    }

    /// <summary>Chooses the entry of the stick's menu with the kernel's messages, which tell that it is locked down.</summary>
    private async Task StartAsync(Desktop desktop)
    {
        await desktop.Console.WaitForAsync("Boot the system of the laptop", TimeLimits.FirmwareStart, _token);
        await desktop.Console.SendAsync(Down + Enter, _token);
        await desktop.Console.WaitForAsync(Locked, TimeLimits.FirmwareStart, _token);
        await desktop.WaitForPhaseAsync("searching", TimeLimits.FirmwareStart, _token);
    }

    private async Task UseAsync(Desktop desktop, ConsoleShell shell)
    {
        await shell.RunAsync(IsLocked, _token);
        await PayloadChecks.RootAsync(shell, _token);
        await PayloadChecks.WriteAsync(shell, File, Content, _token);
        await PayloadChecks.NoDiskErrorAsync(shell, _token);
        await desktop.PowerOffAsync(shell, _token);
    }
}
