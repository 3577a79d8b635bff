using Stiefel.Cli.Doctor;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Doctor;

/// <summary>Each finding on a laptop that has it, and no other finding there. The first test shows that a sound laptop has none.</summary>
public sealed class FindingsTests
{
    private const string OtherDisk = "sda";
    private const string OtherId = "5a5a5a5a-0000-4000-8000-000000000002";

    [Fact]
    public void Laptop_AsItShouldBe_IsNotComplainedOf()
    {
        using var laptop = LaptopModel.Debian();
        Assert.Empty(Examination.ComplaintsOf(laptop));
        Assert.Contains(Examination.Of(laptop).Findings, finding => finding.Id == "boot-entry" && finding.Text.Contains("Debian GNU/Linux", StringComparison.Ordinal));
        Assert.Contains(Examination.Of(laptop).Findings, finding => finding.Id == "disk-name" && finding.Text.EndsWith("/dev/disk/by-id/nvme-SAMSUNG_MZVL2512_S64DNF0R1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sys/kernel/kexec_loaded", null, "Stop kexec-missing")]
    [InlineData("proc/sys/kernel/kexec_load_disabled", "1\n", "Stop kexec-disabled")]
    [InlineData("proc/sys/kernel/kexec_load_limit_reboot", "0\n", "Stop kexec-limit")]
    [InlineData("sys/kernel/security/lockdown", "none [integrity] confidentiality\n", "Stop ramdisk-unsigned")]
    [InlineData("lib/modules/" + LaptopModel.Release, null, "Note modules-missing")]
    [InlineData("lib/modules/" + LaptopModel.Release + "/modules.dep", "kernel/drivers/net/wireguard/wireguard.ko:\n", "Stop kernel-without-nbd")]
    [InlineData("lib/modules/" + LaptopModel.Release + "/modules.dep", "kernel/drivers/block/nbd.ko.zst:\n", "Stop kernel-without-wireguard")]
    [InlineData("run/systemd", null, "Stop init-not-systemd")]
    [InlineData("boot/grub", null, "Stop boot-nothing")]
    [InlineData("etc/initramfs-tools/initramfs.conf", "MODULES=dep\n", "Note initramfs-this-machine-only")]
    [InlineData("etc/initramfs-tools/conf.d/driver-policy", "MODULES=dep\n", "Note initramfs-this-machine-only")]
    [InlineData("etc/initramfs-tools/conf.d/resume", "RESUME=UUID=1234\n", "Note hibernation")]
    [InlineData("sys/class/power_supply/AC", null, null)]
    [InlineData("sys/class/net", null, "Note nic-none")]
    [InlineData("sys/devices/pci0000:00/0000:00:1f.6/net/enp0s31f6/duplex", "half\n", "Note nic-half-duplex")]
    [InlineData("sys/devices/pci0000:00/0000:00:1f.6/net/enp0s31f6/speed", "100\n", "Note nic-slow")]
    [InlineData("sys/devices/pci0000:00/0000:00:1f.6/net/enp0s31f6/speed", "-1\n", null)]
    [InlineData("dev/disk/by-id", null, "Stop boot-disk-missing")]
    [InlineData("etc/stiefel/config.yaml", null, "Note config-none")]
    [InlineData("etc/stiefel/config.yaml", "modules: []\n", "Stop config-without-disk")]
    [InlineData("etc/stiefel/config.yaml", "bot:\n  disk: 1\n", "Stop config-wrong")]
    [InlineData("etc/stiefel/config.yaml", "boot:\n  disk: /dev/nvme0n1p2\n", "Stop boot-disk-partition")]
    [InlineData("etc/stiefel/config.yaml", "boot:\n  disk: PTUUID=0011\n", null)]
    [InlineData("etc/stiefel/keys/stick.key", null, "Note key-none")]
    [InlineData("var/lib/stiefel/stiefel-initrd.img", null, "Note ramdisk-none")]
    [InlineData("etc/systemd/system/multi-user.target.wants", null, "Note autokexec-off")]
    [InlineData("etc/stiefel/config.yaml", "boot:\n  disk: /dev/nvme0n1\nautokexec:\n  leave: firmware\n", "Stop leave-firmware")]
    [InlineData("etc/X11/xorg.conf.d/20-gpu.conf", "Section \"Device\"\n  BusID \"PCI:1:0:0\"\nEndSection\n", "Note xorg-bus")]
    [InlineData("sys/module/nvidia/version", "550\n", "Note nvidia")]
    public void Laptop_WithOneChange_IsComplainedOfThat(string path, string? content, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        if (content is null)
        {
            laptop.Remove(path);
        }
        else
        {
            laptop.Write(path, content);
        }

        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
        Assert.Equal(expected?.StartsWith("Stop", StringComparison.Ordinal) != true, Examination.Of(laptop).WouldWork);
    }

    [Theory]
    [InlineData("UUID=" + OtherId + " /home ext4 defaults 0 2", "Stop fstab-other-disk")]
    [InlineData("UUID=" + OtherId + " /home ext4 defaults,nofail 0 2", "Note fstab-other-disk-optional")]
    [InlineData("/dev/nvme0n1p2 /home ext4 defaults 0 2", "Stop fstab-by-hardware")]
    [InlineData("/dev/disk/by-id/nvme-SAMSUNG_MZVL2512_S64DNF0R1-part2 /home ext4 defaults 0 2", "Stop fstab-by-hardware")]
    [InlineData("/dev/disk/by-path/pci-0000:00:1d.0-nvme-1-part2 /home ext4 defaults,noauto 0 2", "Note fstab-by-hardware-optional")]
    [InlineData("UUID=" + LaptopModel.RootId + " none swap sw 0 0", "Note swap-on-disk")]
    [InlineData("nas:/export /home nfs defaults 0 0", null)]
    [InlineData("/dev/mapper/vg-home /home ext4 defaults 0 2", null)]
    [InlineData("# /dev/sda1 /home ext4 defaults 0 2", null)]
    public void FileSystemTable_WithOneLineMore_IsComplainedOfThat(string line, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteDisk(OtherDisk, "pci0000:00/ata1/host0", "Samsung SSD 870", partitions: 1, "ata-Samsung_SSD_870_S5Y");
        laptop.Link("dev/disk/by-uuid/" + OtherId, "../../sda1");
        laptop.Write("etc/fstab", File.ReadAllText(laptop["etc/fstab"]) + line + "\n");
        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void FileSystems_OnOtherDisks_AreAllNamed()
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteDisk(OtherDisk, "pci0000:00/ata1/host0", "Samsung SSD 870", partitions: 1);
        laptop.WriteDisk("sdb", "pci0000:00/ata2/host1", "WDC WD10", partitions: 1);
        laptop.Write("etc/fstab", $"UUID={LaptopModel.RootId} / ext4 defaults 0 1\n/dev/sda1 /home ext4 defaults 0 2\n/dev/sdb1 /srv ext4 defaults 0 2\n");
        var finding = Assert.Single(Examination.Of(laptop).Findings, finding => finding.Id == "fstab-other-disk");
        Assert.Contains("/home on /dev/sda (Samsung SSD 870, 512 GB); /srv on /dev/sdb (WDC WD10, 512 GB)", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Root_OnTwoDisks_IsRefusedWithTheList()
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteDisk(OtherDisk, "pci0000:00/ata1/host0", "Samsung SSD 870", partitions: 1);
        laptop.WriteMapped("dm-0", "vg-root", "LVM-abc", "nvme0n1p2", "sda1");
        laptop.Write("proc/self/mountinfo", "22 1 254:0 / / rw - ext4 /dev/mapper/vg-root rw\n");
        var finding = Assert.Single(Examination.Of(laptop).Findings, finding => finding.Id == "root-on-several-disks");
        Assert.Equal(Grade.Stop, finding.Grade);
        Assert.Contains("/dev/nvme0n1 (SAMSUNG MZVL2512, 512 GB); /dev/sda (Samsung SSD 870, 512 GB)", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_LeftBesideTheBootEntry_AreComplainedOf()
    {
        const string Archive = "/boot/grub/stiefel/0123456789abcdef/keys.img";
        using var laptop = LaptopModel.Debian();
        laptop.Link(EntryKeys.Link, Archive);
        laptop.Write(Archive, EntryKeys.OfMenu(laptop["etc/stiefel/keys"]));
        Assert.Empty(Examination.ComplaintsOf(laptop));
        laptop.Write(Archive, new byte[EntryKeys.Size]);
        Assert.Equal(["Note entry-keys-left"], Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Root_OnBtrfsOfTwoDisks_IsRefused()
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteDisk(OtherDisk, "pci0000:00/ata1/host0", "Samsung SSD 870", partitions: 1);
        laptop.Write("proc/self/mountinfo", "22 1 0:25 /@ / rw - btrfs /dev/nvme0n1p2 rw,subvol=/@\n23 22 259:1 / /boot/efi rw - vfat /dev/nvme0n1p1 rw\n");
        laptop.Write("sys/fs/btrfs/features/x", "");
        laptop.Write("sys/fs/btrfs/" + LaptopModel.RootId + "/devices/nvme0n1p2", "");
        Assert.Equal(["Note one-time-trap"], Examination.ComplaintsOf(laptop));
        laptop.Write("sys/fs/btrfs/" + LaptopModel.RootId + "/devices/sda1", "");
        Assert.Contains("Stop root-on-several-disks", Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Root_OnWhatNobodyKnows_IsSaid()
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write("proc/self/mountinfo", "22 1 0:25 / / rw - zfs rpool/ROOT rw\n");
        laptop.Write("etc/stiefel/config.yaml", "boot:\n  disk: /dev/nvme0n1\n");
        Assert.Contains("Stop root-disk-unknown", Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Root_BehindACable_IsADesktops()
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteDisk("nbd0", "virtual/block", "", partitions: 2);
        laptop.Write("proc/self/mountinfo", "22 1 43:2 / / rw - ext4 /dev/nbd0p2 rw\n");
        Assert.Contains("Stop runs-on-desktop", Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Array_WithoutAMember_IsSaid()
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteMapped("md0", "", "", "nvme0n1p2");
        laptop.Write("sys/class/block/md0/md/degraded", "1\n");
        laptop.Write("proc/self/mountinfo", "22 1 9:0 / / rw - ext4 /dev/md0 rw\n");
        Assert.Equal(["Note one-time-trap", "Note array-degraded"], Examination.ComplaintsOf(laptop));
        laptop.Write("sys/class/block/md0/md/degraded", "0\n");
        Assert.Equal(["Note one-time-trap"], Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Disk_ThatCanBeTakenOut_IsSaid()
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write("sys/class/block/nvme0n1/removable", "1\n");
        Assert.Equal(["Note disk-removable"], Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Disk_WithoutALastingName_IsSaid()
    {
        using var laptop = LaptopModel.Debian();
        laptop.Remove("dev/disk/by-id");
        laptop.Write("etc/stiefel/config.yaml", "boot:\n  disk: /dev/nvme0n1\n");
        Assert.Equal(["Note disk-name"], Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Configuration_NamingAnotherDisk_IsSaid()
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteDisk(OtherDisk, "pci0000:00/ata1/host0", "Samsung SSD 870", partitions: 1, "ata-Samsung_SSD_870_S5Y");
        laptop.Write("etc/stiefel/config.yaml", "boot:\n  disk: /dev/disk/by-id/ata-Samsung_SSD_870_S5Y\n");
        Assert.Contains("Note boot-disk-other", Examination.ComplaintsOf(laptop));
    }
}
