using Stiefel.Cli.Tests.Laptop;
using Xunit;

namespace Stiefel.Cli.Tests.Doctor;

/// <summary>Cards, batteries, screens and firewalls.</summary>
public sealed class HardwareFindingsTests
{
    [Theory]
    [InlineData("480", "2500", "Note nic-usb2")]
    [InlineData("5000", "2500", null)]
    [InlineData("480", "100", "Note nic-slow")]
    public void UsbAdapter_InASlowPort_IsSaid(string port, string speed, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        const string Device = "pci0000:00/usb2/2-1";
        laptop.WriteCard("enxa0b1c2", Device + "/2-1:1.0", "r8152", speed, "full");
        laptop.Write($"sys/devices/{Device}/speed", port + "\n");
        laptop.Link($"sys/devices/{Device}/2-1:1.0/subsystem", "../../../../bus/usb");
        Directory.CreateDirectory(laptop["sys/bus/usb"]);
        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Card_Wireless_IsNone()
    {
        using var laptop = LaptopModel.Debian();
        laptop.Remove("sys/class/net/enp0s31f6");
        laptop.WriteCard("wlp0s20", "pci0000:00/0000:00:14.3", "iwlwifi", "", "");
        Directory.CreateDirectory(laptop["sys/class/net/wlp0s20/wireless"]);
        Assert.Equal(["Note nic-none"], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("0x020000", true)]
    [InlineData("0x028000", false)]
    public void EthernetController_WithoutADriver_IsSaid(string kind, bool expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write("sys/bus/pci/devices/0000:02:00.0/class", kind + "\n");
        laptop.Write("sys/bus/pci/devices/0000:02:00.0/vendor", "0x10ec\n");
        laptop.Write("sys/bus/pci/devices/0000:02:00.0/device", "0x8125\n");
        Assert.Equal(expected ? ["Note nic-without-driver"] : [], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("0", "Discharging", "80", "Note on-battery")]
    [InlineData("0", "Discharging", "9", "Note battery-low")]
    [InlineData("1", "Charging", "9", null)]
    [InlineData("0", "Unknown", "80", "Note power-unknown")]
    public void Battery_IsSaid(string online, string status, string percent, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write("sys/class/power_supply/AC/online", online + "\n");
        laptop.Write("sys/class/power_supply/BAT0/type", "Battery\n");
        laptop.Write("sys/class/power_supply/BAT0/status", status + "\n");
        laptop.Write("sys/class/power_supply/BAT0/capacity", percent + "\n");
        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("i915", "modules: []\n", "Note screen-dark")]
    [InlineData("i915", "modules: [i915]\n", null)]
    [InlineData("amdgpu", "initrd:\n  include-modules: [amdgpu]\n", null)]
    [InlineData("amdgpu", "modules: [i915]\n", "Note screen-dark")]
    [InlineData("simple-framebuffer", "modules: []\n", null)]
    public void Screen_WhoseDriverTheRamdiskLacks_IsSaid(string driver, string configuration, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write("etc/stiefel/config.yaml", "boot:\n  disk: /dev/nvme0n1\n" + configuration);
        laptop.Link("sys/class/drm/card0/device/driver", "../../../../bus/pci/drivers/" + driver);
        Directory.CreateDirectory(laptop["sys/class/drm/card0-eDP-1"]);
        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("ufw.service", "etc/ufw/ufw.conf", "ENABLED=yes\n", true)]
    [InlineData("ufw.service", "etc/ufw/ufw.conf", "ENABLED=no\n", false)]
    [InlineData("firewalld.service", "etc/firewalld/zones/public.xml", "<zone/>", true)]
    [InlineData("firewalld.service", "etc/firewalld/zones/public.xml", "<zone><port port=\"61570\" protocol=\"udp\"/></zone>", false)]
    [InlineData("nftables.service", "etc/nftables.conf", "udp dport 61570 accept\n", false)]
    [InlineData("nftables.service", "etc/nftables.conf", "policy drop\n", true)]
    [InlineData("chrony.service", "etc/nftables.conf", "policy drop\n", false)]
    public void Firewall_ThatDoesNotNameThePort_IsSaid(string unit, string file, string rules, bool expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.Link($"etc/systemd/system/multi-user.target.wants/{unit}", $"/lib/systemd/system/{unit}");
        laptop.Write(file, rules);
        Assert.Equal(expected ? ["Note firewall"] : [], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("usr/bin/dracut", "etc/dracut.conf.d/x.conf", "hostonly=\"no\"\n", false)]
    [InlineData("usr/bin/dracut", "usr/lib/dracut/dracut.conf.d/01-dist.conf", "hostonly=\"yes\"\n", true)]
    [InlineData("usr/bin/dracut", "etc/dracut.conf", "# nothing\n", true)]
    [InlineData("usr/bin/mkinitcpio", "etc/mkinitcpio.conf", "HOOKS=(base udev autodetect modconf block filesystems fsck)\n", true)]
    [InlineData("usr/bin/mkinitcpio", "etc/mkinitcpio.conf", "HOOKS=(base udev modconf block filesystems fsck)\n", false)]
    [InlineData("usr/bin/booster", "etc/booster.yaml", "universal: true\n", false)]
    public void Initramfs_OfThisMachineOnly_IsSaid(string tool, string file, string settings, bool expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.Remove("usr/sbin/mkinitramfs");
        laptop.Write(tool, "#!/bin/sh\n");
        laptop.Write(file, settings);
        Assert.Equal(expected ? ["Note initramfs-this-machine-only"] : [], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("grub-efi-amd64", "", "Note loader-writes-firmware")]
    [InlineData("grub-efi-amd64", "Name: grub2/update_nvram\nTemplate: grub2/update_nvram\nValue: true\n", "Note loader-writes-firmware")]
    [InlineData("grub-efi-amd64", "Name: grub2/update_nvram\nTemplate: grub2/update_nvram\nValue: false\nOwners: grub-efi-amd64\n", null)]
    [InlineData("grub-efi-amd64", "Name: grub-pc/install_devices\nValue: /dev/disk/by-id/ata-X\n\nName: grub2/update_nvram\nValue: false\n", null)]
    [InlineData("grub-pc", "Name: grub-pc/install_devices\nTemplate: x\nValue: /dev/disk/by-id/ata-X\n", "Note loader-by-hardware")]
    [InlineData("grub-pc", "Name: grub-pc/install_devices\n\nName: other\nValue: /dev/disk/by-id/ata-X\n", null)]
    [InlineData("grub-common", "", null)]
    public void LoadersPackage_UpgradedOnADesktop_IsSaid(string package, string answers, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write($"var/lib/dpkg/info/{package}.list", "/.\n");
        laptop.Write("var/cache/debconf/config.dat", answers);
        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void DevicesFile_OfLvm_IsSaid()
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write("etc/lvm/devices/system.devices", "IDTYPE=sys_wwid\n");
        Assert.Empty(Examination.ComplaintsOf(laptop));
        laptop.WriteMapped("dm-0", "vg-root", "LVM-abc", "nvme0n1p2");
        laptop.Write("proc/self/mountinfo", "22 1 254:0 / / rw - ext4 /dev/mapper/vg-root rw\n23 22 259:1 / /boot rw - ext4 /dev/nvme0n1p1 rw\n");
        Assert.Equal(["Note lvm-devices-file"], Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Ramdisk_ThatOthersMayChange_IsRefused()
    {
        using var laptop = LaptopModel.Debian();
        File.SetUnixFileMode(laptop["var/lib/stiefel/stiefel-initrd.img"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        Assert.Equal(["Stop ramdisk-untrusted"], Examination.ComplaintsOf(laptop));
    }
}
