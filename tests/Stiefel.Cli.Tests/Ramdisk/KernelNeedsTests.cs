using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Cli.Tests.Laptop;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

/// <summary>Which of a laptop's kernels are fit for the ramdisk.</summary>
public sealed class KernelNeedsTests : IDisposable
{
    private readonly LaptopModel _laptop = LaptopModel.Debian();

    public void Dispose() => _laptop.Dispose();

    [Fact]
    public void Kernels_OfALaptop_AreThoseWithImageAndModulesTheNewestFirst()
    {
        foreach (var release in (string[])["6.1.0-9-amd64", "6.1.0-10-amd64", "6.12.3+bpo-amd64"])
        {
            _laptop.WriteKernel($"boot/vmlinuz-{release}", release);
            _laptop.Write($"lib/modules/{release}/modules.dep", "");
        }

        _laptop.Write("lib/modules/6.13.0-gone/modules.dep", "");
        _laptop.WriteKernel("usr/lib/modules/6.14.1-arch1-1/vmlinuz", "6.14.1-arch1-1");
        _laptop.Write("usr/lib/modules/6.14.1-arch1-1/modules.dep", "");
        using var tree = new LaptopTree(_laptop.Root);
        Assert.Equal(["6.14.1-arch1-1", "6.12.3+bpo-amd64", LaptopModel.Release, "6.1.0-10-amd64", "6.1.0-9-amd64"], OwnKernel.Of(tree).Select(kernel => kernel.Release));
    }

    [Theory]
    [InlineData("CONFIG_SQUASHFS=m\nCONFIG_SQUASHFS_ZSTD=y\nCONFIG_BLK_DEV_INITRD=y\nCONFIG_KEXEC_FILE=y\n", "")]
    [InlineData("CONFIG_SQUASHFS=m\n# CONFIG_SQUASHFS_ZSTD is not set\nCONFIG_BLK_DEV_INITRD=y\nCONFIG_KEXEC_FILE=y\n", "CONFIG_SQUASHFS_ZSTD")]
    [InlineData(null, "")]
    public void Options_OfAKernel_CountWhereItsConfigurationIsToBeSeen(string? configuration, string missing)
    {
        if (configuration is not null)
        {
            _laptop.Write("boot/config-" + LaptopModel.Release, configuration);
        }

        Assert.Equal(missing, string.Join(' ', Missing().Where(need => need.IsOption).Select(need => need.Name)));
    }

    [Fact]
    public void Drivers_OfThisLaptop_AreNeededUpToTheBusAndThoseOfItsCardsAreTold()
    {
        _laptop.Link("sys/devices/pci0000:00/0000:00:1d.0/driver/module", "../../../../module/nvme");
        _laptop.Link("sys/devices/pci0000:00/driver/module", "../../../module/vmd");
        _laptop.Remove("sys/devices/pci0000:00/0000:00:1f.6/driver");
        _laptop.Link("sys/devices/pci0000:00/0000:00:1f.6/driver/module", "../../../../module/r8125");
        _laptop.Write(
            $"lib/modules/{LaptopModel.Release}/modules.dep", "kernel/drivers/nvme/host/nvme.ko.xz:\nkernel/drivers/block/loop.ko.zst:\nkernel/drivers/net/wireguard/wireguard.ko:\nupdates/dkms/r8125.ko:\n");
        _laptop.Write($"lib/modules/{LaptopModel.Release}/modules.builtin", "kernel/fs/squashfs/squashfs.ko\nkernel/net/ipv6/ipv6.ko\nkernel/fs/ext4/ext4.ko\nkernel/fs/fat/vfat.ko\n");
        Assert.Equal(["vmd essential", "r8125 told", "vmd told"], Missing().Select(need => $"{need.Name} {(need.IsEssential ? "essential" : "told")}"));
    }

    [Fact]
    public void Drivers_OfThisLaptop_ThatARamdiskHasNot_AreTold()
    {
        _laptop.Link("sys/devices/pci0000:00/0000:00:1d.0/driver/module", "../../../../module/nvme");
        _laptop.Remove("sys/devices/pci0000:00/0000:00:1f.6/driver");
        _laptop.Link("sys/devices/pci0000:00/0000:00:1f.6/driver/module", "../../../../module/snd-hda-intel");
        using var tree = new LaptopTree(_laptop.Root);
        var needs = KernelNeeds.OfHardware(new LaptopFacts(tree)).ToList();
        Directory.CreateDirectory(_laptop["ramdisk"]);
        Assert.Equal(["nvme", "snd-hda-intel"], KernelNeeds.MissingIn(_laptop["ramdisk"], needs).Select(need => need.Name));
        _laptop.Write("ramdisk/kernel/sound/snd_hda_intel.ko", "");
        _laptop.Write("ramdisk/modules.builtin", "kernel/drivers/nvme/host/nvme.ko\n");
        Assert.Empty(KernelNeeds.MissingIn(_laptop["ramdisk"], needs));
    }

    /// <summary>On a desktop the laptop's own drivers are still needed, and the desktop's are not.</summary>
    [Fact]
    public void Drivers_OnADesktop_AreThoseThatWereWrittenDownAtHome()
    {
        _laptop.Link("sys/devices/pci0000:00/0000:00:1d.0/driver/module", "../../../../module/nvme");
        _laptop.Remove("sys/devices/pci0000:00/0000:00:1f.6/driver");
        _laptop.Link("sys/devices/pci0000:00/0000:00:1f.6/driver/module", "../../../../module/r8125");
        using (var home = new LaptopTree(_laptop.Root))
        {
            _laptop.Write(KnownHardware.Place, KnownHardware.ToBytes(KernelNeeds.OfHardware(new LaptopFacts(home))));
        }

        Assert.Equal("disk nvme\ncard r8125\n", File.ReadAllText(_laptop[KnownHardware.Place]));
        File.AppendAllText(_laptop[KnownHardware.Place], "disk\n\nsomething else\n");
        _laptop.Remove("sys/devices/pci0000:00/0000:00:1f.6/driver/module");
        _laptop.Link("sys/devices/pci0000:00/0000:00:1f.6/driver/module", "../../../../module/e1000e");
        _laptop.WriteDisk("nbd0", "virtual/block", "", partitions: 2);
        _laptop.Write("proc/self/mountinfo", "22 1 43:2 / / rw,relatime - ext4 /dev/nbd0p2 rw\n");
        using var tree = new LaptopTree(_laptop.Root);
        Assert.Equal(["nvme essential", "r8125 told"], KernelNeeds.OfHardware(new LaptopFacts(tree)).Select(need => $"{need.Name} {(need.IsEssential ? "essential" : "told")}"));
    }

    [Fact]
    public void Layers_BelowTheRoot_AreNeeded()
    {
        using var ubuntu = DistributionModels.Of("ubuntu");
        using var tree = new LaptopTree(ubuntu.Root);
        string[] needs = [.. KernelNeeds.Of(new LaptopFacts(tree), hasTunnel: false).Select(need => need.Name)];
        Assert.Contains("dm_crypt", needs);
        Assert.Contains("dm_mod", needs);
        Assert.DoesNotContain("wireguard", needs);
    }

    private IReadOnlyList<KernelNeed> Missing()
    {
        using var tree = new LaptopTree(_laptop.Root);
        return KernelNeeds.Missing(tree, Assert.Single(OwnKernel.Of(tree)), ModuleRules.Usual, KernelNeeds.Of(new LaptopFacts(tree), hasTunnel: true));
    }
}
