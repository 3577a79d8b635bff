using System.Text;

namespace Stiefel.Cli.Tests.Laptop;

/// <summary>A small tree that represents a laptop: its files, and what /proc and /sys would show there. Layouts are real, without what is never read.</summary>
internal sealed class LaptopModel : IDisposable
{
    public const string Global = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
    public const string Release = "6.1.0-50-amd64";
    public const string RootId = "0a1b2c3d-0000-4000-8000-000000000001";

    private readonly TemporaryDirectory _directory = new();

    public string Root => _directory.Path;

    public string this[string path] => _directory[path.TrimStart('/')];

    public void Dispose() => _directory.Dispose();

    /// <summary>Debian 12 on UEFI with GRUB, its root on ext4 on an NVMe disk, ready to serve, without any finding.</summary>
    public static LaptopModel Debian()
    {
        var model = new LaptopModel();
        model.Write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        model.WriteRunning("root=UUID=" + RootId + " ro quiet");
        model.WriteDisk("nvme0n1", "pci0000:00/0000:00:1d.0/nvme/nvme0", "SAMSUNG MZVL2512", partitions: 2, "nvme-SAMSUNG_MZVL2512_S64DNF0R1", "nvme-SAMSUNG_MZVL2512_S64DNF0R1_1", "nvme-eui.0025385b11b0a6f1");
        model.Link("dev/disk/by-uuid/A1B2-C3D4", "../../nvme0n1p1");
        model.Link("dev/disk/by-uuid/" + RootId, "../../nvme0n1p2");
        model.Write("proc/self/mountinfo", "22 1 259:2 / / rw,relatime - ext4 /dev/nvme0n1p2 rw\n23 22 259:1 / /boot/efi rw,relatime - vfat /dev/nvme0n1p1 rw\n");
        model.Write("etc/fstab", $"# made by the installer\nUUID={RootId} / ext4 errors=remount-ro 0 1\nUUID=A1B2-C3D4 /boot/efi vfat umask=0077 0 1\ntmpfs /tmp tmpfs defaults 0 0\n");
        model.Write("usr/sbin/mkinitramfs", "#!/bin/sh\n");
        model.Write("usr/share/initramfs-tools/init", "#!/bin/sh\n");
        model.Write("etc/initramfs-tools/initramfs.conf", "MODULES=most\nCOMPRESS=zstd\n");
        model.WriteKernel("boot/vmlinuz-" + Release);
        model.Write("boot/initrd.img-" + Release, "initrd");
        model.WriteGrub("boot/grub", $"/boot/vmlinuz-{Release}", $"/boot/initrd.img-{Release}", "root=UUID=" + RootId + " ro quiet");
        model.WriteModules("lib/modules/" + Release);
        model.WriteEfi(secureBoot: 0);
        Directory.CreateDirectory(model["boot/efi/EFI/debian"]);
        model.WriteCard("enp0s31f6", "pci0000:00/0000:00:1f.6", "e1000e", speed: "1000", duplex: "full");
        model.Write("sys/class/power_supply/AC/type", "Mains\n");
        model.Write("sys/class/power_supply/AC/online", "1\n");
        model.WriteSetup("/dev/disk/by-id/nvme-SAMSUNG_MZVL2512_S64DNF0R1");
        return model;
    }

    public void Write(string path, string text) => _directory.Write(path.TrimStart('/'), text);

    public void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllBytes(this[path], bytes);
    }

    public void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.CreateSymbolicLink(this[path], target);
    }

    public void Remove(string path)
    {
        if (Directory.Exists(this[path]) && new DirectoryInfo(this[path]).LinkTarget is null)
        {
            Directory.Delete(this[path], recursive: true);
        }
        else
        {
            File.Delete(this[path]);
        }
    }

    /// <summary>Adds a running kernel and systemd.</summary>
    public void WriteRunning(string commandLine)
    {
        Write("proc/sys/kernel/osrelease", Release + "\n");
        Write("proc/sys/kernel/kexec_load_disabled", "0\n");
        Write("proc/cmdline", commandLine + "\n");
        Write("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
        Write("sys/kernel/kexec_loaded", "0\n");
        Write("sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
        Directory.CreateDirectory(this["run/systemd/system"]);
    }

    /// <summary>Adds a disk with partitions to sysfs and /dev.</summary>
    public void WriteDisk(string name, string place, string model, int partitions, params string[] ids)
    {
        WriteBlock(name, $"{place}/{name}");
        Write($"sys/devices/{place}/{name}/device/model", model + "\n");
        for (var number = 1; number <= partitions; number++)
        {
            var partition = char.IsAsciiDigit(name[^1]) ? $"{name}p{number}" : $"{name}{number}";
            WriteBlock(partition, $"{place}/{name}/{partition}");
            Write($"sys/devices/{place}/{name}/{partition}/partition", $"{number}\n");
            ids.ToList().ForEach(id => Link($"dev/disk/by-id/{id}-part{number}", $"../../{partition}"));
        }

        ids.ToList().ForEach(id => Link($"dev/disk/by-id/{id}", $"../../{name}"));
    }

    /// <summary>Adds a device (LUKS, LVM, RAID) that is built on others.</summary>
    public void WriteMapped(string name, string mapped, string uuid, params string[] slaves)
    {
        WriteBlock(name, $"virtual/block/{name}");
        Write($"sys/devices/virtual/block/{name}/dm/name", mapped + "\n");
        Write($"sys/devices/virtual/block/{name}/dm/uuid", uuid + "\n");
        if (mapped.Length > 0)
        {
            Link($"dev/mapper/{mapped}", $"../{name}");
        }

        foreach (var slave in slaves)
        {
            Link($"sys/devices/virtual/block/{name}/slaves/{slave}", $"../../../../../class/block/{slave}");
        }
    }

    /// <summary>Adds a wired network card.</summary>
    public void WriteCard(string name, string place, string driver, string speed, string duplex)
    {
        Write($"sys/devices/{place}/net/{name}/speed", speed + "\n");
        Write($"sys/devices/{place}/net/{name}/duplex", duplex + "\n");
        Write($"sys/devices/{place}/net/{name}/type", "1\n");
        var top = string.Concat(Enumerable.Repeat("../", place.Split('/').Length + 1));
        Link($"sys/devices/{place}/driver", $"{top}bus/pci/drivers/{driver}");
        Link($"sys/devices/{place}/net/{name}/device", "../..");
        Link($"sys/class/net/{name}", $"../../devices/{place}/net/{name}");
        Directory.CreateDirectory(this[$"sys/bus/pci/drivers/{driver}"]);
    }

    /// <summary>A kernel image with the header of Linux (Documentation/arch/x86/boot.rst).</summary>
    public void WriteKernel(string path, string release = Release)
    {
        var image = new byte[0x1000];
        "HdrS"u8.CopyTo(image.AsSpan(0x202));
        image[0x20e] = 0x00;
        image[0x20f] = 0x06; // 0x600, relative to 0x200
        Encoding.ASCII.GetBytes(release + " (debian-kernel@lists.debian.org) #1").CopyTo(image, 0x800);
        Write(path, image);
    }

    public void WriteGrub(string directory, string kernel, string initrd, string arguments) => Write(
        directory + "/grub.cfg",
        $$"""
        set default="0"
        menuentry 'Debian GNU/Linux' --class debian --id gnulinux-simple {
            linux {{kernel}} {{arguments}}
            initrd {{initrd}}
        }

        """);

    public void WriteModules(string directory) => Write(
        directory + "/modules.dep",
        "kernel/drivers/block/nbd.ko:\nkernel/drivers/net/wireguard/wireguard.ko: kernel/net/ipv6/ip6_udp_tunnel.ko\nkernel/net/ipv6/ip6_udp_tunnel.ko:\n");

    /// <summary>Adds a firmware variable, with four bytes of attributes before its value.</summary>
    public void WriteVariable(string name, string vendor, params byte[] value) => Write($"sys/firmware/efi/efivars/{name}-{vendor}", [6, 0, 0, 0, .. value]);

    public void WriteEfi(byte secureBoot)
    {
        WriteVariable("SecureBoot", Global, secureBoot);
        WriteVariable("SetupMode", Global, 0);
    }

    /// <summary>Adds the files that set-up installs.</summary>
    public void WriteSetup(string disk)
    {
        Write("etc/stiefel/config.yaml", $"boot:\n  disk: {disk}\n");
        Write("etc/stiefel/keys/stick.key", new string('k', 32));
        WriteKernel("var/lib/stiefel/stiefel-vmlinuz");
        Write("var/lib/stiefel/stiefel-initrd.img", "initrd");
        Link("etc/systemd/system/multi-user.target.wants/stiefel-autokexec.service", "/etc/systemd/system/stiefel-autokexec.service");
    }

    private void WriteBlock(string name, string place)
    {
        Write($"sys/devices/{place}/size", "1000215216\n");
        Link($"sys/class/block/{name}", $"../../devices/{place}");
        Write($"dev/{name}", "");
    }
}
