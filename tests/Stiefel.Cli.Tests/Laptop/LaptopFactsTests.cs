using Stiefel.Cli.Laptop;
using Xunit;

namespace Stiefel.Cli.Tests.Laptop;

/// <summary>The facts about a laptop, read from its files.</summary>
public sealed class LaptopFactsTests
{
    [Theory]
    [InlineData("debian", "Debian", "GRUB", "initramfs-tools", "ext4", "")]
    [InlineData("ubuntu", "Debian", "GRUB", "dracut", "ext4", "LVM /dev/dm-1 (ubuntu--vg-ubuntu--lv, 512 GB) in LUKS /dev/dm-0 (dm_crypt-0, 512 GB)")]
    [InlineData("fedora", "Fedora", "GRUB", "dracut", "btrfs", "")]
    [InlineData("arch", "Arch", "systemd-boot", "mkinitcpio", "ext4", "")]
    [InlineData("opensuse", "Suse", "GRUB", "dracut", "btrfs", "")]
    [InlineData("gentoo", "Gentoo", "GRUB", "dracut", "xfs", "")]
    public void Facts_OfADistribution_AreThoseOfItsInstaller(string name, string family, string loader, string initramfs, string type, string layers)
    {
        using var model = DistributionModels.Of(name);
        using var tree = new LaptopTree(model.Root);
        var laptop = new LaptopFacts(tree);
        Assert.Equal((family, loader, initramfs, type), (laptop.Distribution.Family.ToString(), laptop.Boot.Name, laptop.Initramfs.Name, laptop.Root.Type));
        Assert.Equal("nvme0n1", laptop.Root.Disk);
        Assert.Equal(layers, string.Join(" in ", laptop.Root.Layers));
        Assert.NotNull(laptop.Boot.Menu);
        Assert.True(laptop.Firmware is { IsUefi: true, SecureBoot: SecureBoot.Off });
    }

    [Theory]
    [InlineData("systemd-boot 257.7", "systemd-boot")]
    [InlineData("GRUB 2.12", "GRUB")]
    public void Loader_ThatToldTheFirmware_Counts(string told, string expected)
    {
        using var model = DistributionModels.Of("arch");
        model.Write("boot/grub/grub.cfg", "");
        model.WriteVariable("LoaderInfo", "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", System.Text.Encoding.Unicode.GetBytes(told + "\0"));
        using var tree = new LaptopTree(model.Root);
        Assert.Equal(expected, new LaptopFacts(tree).Boot.Name);
    }

    [Theory]
    [InlineData("NetworkManager.service", "NetworkManager")]
    [InlineData("networking.service", "ifupdown")]
    public void NetworkManager_ThatIsSwitchedOn_IsTold(string unit, string expected)
    {
        using var model = DistributionModels.Of("debian");
        model.Link("etc/systemd/system/multi-user.target.wants/" + unit, "/lib/systemd/system/" + unit);
        using var tree = new LaptopTree(model.Root);
        Assert.Equal([expected], new LaptopFacts(tree).NetworkManagers);
    }

    [Theory]
    [InlineData("UUID=" + LaptopModel.RootId, "nvme0n1p3")]
    [InlineData("UUID=\"" + LaptopModel.RootId + "\"", "nvme0n1p3")]
    [InlineData("/dev/disk/by-uuid/" + LaptopModel.RootId, "nvme0n1p3")]
    [InlineData("/dev/mapper/ubuntu--vg-ubuntu--lv", "dm-1")]
    [InlineData("/dev/ubuntu-vg/ubuntu-lv", "dm-1")]
    [InlineData("/dev/nvme0n1p1", "nvme0n1p1")]
    [InlineData("LABEL=home", null)]
    [InlineData("/dev/../../etc/passwd", null)]
    [InlineData("tmpfs", null)]
    public void Names_OfADevice_MeanTheSame(string name, string? expected)
    {
        using var model = DistributionModels.Of("ubuntu");
        using var tree = new LaptopTree(model.Root);
        var blocks = new BlockTree(tree);
        Assert.Equal(expected, new DeviceNames(tree, blocks).Resolve(name));
    }

    [Fact]
    public void Tree_WithLinksThatLeadOut_IsNotLeft()
    {
        using var outside = new TemporaryDirectory();
        outside.Write("secret", "no");
        using var model = new LaptopModel();
        model.Write("secret", "yes");
        model.Link("etc/absolute", "/secret");
        model.Link("etc/upwards", "../../../../../../../secret");
        model.Link("etc/outside", outside["secret"]);
        model.Link("out", outside.Path);
        using var tree = new LaptopTree(model.Root);
        Assert.Equal(("yes", "yes", null), (tree.Text("etc/absolute"), tree.Text("etc/upwards"), tree.Text("etc/outside")));
        Assert.Null(tree.Text("out/secret"));
        Assert.Null(tree.OnDisk("out/new"));
        Assert.Empty(tree.Names("out"));
        Assert.Null(tree.DeviceBytes("etc/absolute", 10));
    }

    [Fact]
    public void Settings_OfSeveralFiles_AreThoseOfTheLast()
    {
        using var model = new LaptopModel();
        model.Write("etc/dracut.conf", "hostonly=\"yes\"\nadd_drivers+=\" a \"\n");
        model.Write("usr/lib/dracut/dracut.conf.d/01-dist.conf", "hostonly=\"yes\"\nadd_drivers+=\" b \"\n");
        model.Write("etc/dracut.conf.d/01-dist.conf", "hostonly=no # ours\n");
        model.Write("etc/dracut.conf.d/01-dist.conf.rpmsave", "hostonly=yes\n");
        using var tree = new LaptopTree(model.Root);
        var settings = ShellSettings.Of(tree, "etc/dracut.conf", "usr/lib/dracut/dracut.conf.d", "etc/dracut.conf.d");
        Assert.Equal(("no", "a"), (settings["hostonly"], settings["add_drivers"]));
    }
}
