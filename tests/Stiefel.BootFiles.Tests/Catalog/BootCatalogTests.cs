using Stiefel.BootFiles.Catalog;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog;

public class BootCatalogTests
{
    [Fact]
    public void Find_StiefelSystemJson_ComesBeforeEveryLoader()
    {
        using var boot = new BootFixture("stiefelsystem");
        boot.Kernel("boot/vmlinuz-linux", "6.9.1-arch1-1").Initrd("boot/initramfs-stiefel.img");
        boot.Text("loader/entries/a.conf", "linux /boot/vmlinuz-linux\n");
        var spec = boot.Find();
        Assert.Equal(["boot/initramfs-stiefel.img"], boot.Relative(spec.Initrds));
        Assert.Equal(("root=UUID=7a1c5d3e-1111-4222-8333-944455556666 rw", "6.9.1-arch1-1"), (spec.CommandLine, spec.KernelRelease));
    }

    [Theory]
    [InlineData("""{"kernel": "vmlinuz", "initrd": ["a", "b"], "cmdline": "root=/dev/sda1  ro"}""", 2, "root=/dev/sda1  ro")]
    [InlineData("""{"kernel": "vmlinuz", "initrd": "b", "cmdline": null, /* old */ }""", 1, "")]
    public void Find_StiefelSystemJsonForms_AreUnderstood(string json, int initrds, string commandLine)
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("a", "b").Text("stiefelsystem.json", json);
        var spec = boot.Find();
        Assert.Equal((initrds, commandLine), (spec.Initrds.Count, spec.CommandLine));
    }

    [Theory]
    [InlineData("{", "stiefelsystem.json:1: ")]
    [InlineData("[]", "stiefelsystem.json: expected an object")]
    [InlineData("{}", "stiefelsystem.json: \"kernel\" must name one file")]
    [InlineData("""{"kernel": 5}""", "stiefelsystem.json: \"kernel\" must be a text or a list of texts")]
    [InlineData("""{"kernel": "absent"}""", "there is no file absent")]
    [InlineData("""{"kernel": "\ud800"}""", "stiefelsystem.json: ")]
    public void Find_BrokenStiefelSystemJson_SaysWhatIsWrong(string json, string message)
    {
        using var boot = new BootFixture();
        boot.Text("stiefelsystem.json", json);
        Assert.Contains(message, Assert.Throws<BootCatalogException>(() => boot.Find()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_EmptyDirectory_ListsWhatWasLookedFor()
    {
        using var boot = new BootFixture();
        Assert.Equal(
            $"nothing to boot in {boot.Path} (looked for stiefelsystem.json, loader/entries/*.conf, grub/grub.cfg or grub2/grub.cfg, "
            + "extlinux/extlinux.conf or syslinux/syslinux.cfg, EFI/Linux/*.efi and EFI/*/*.efi, there and in boot/ and efi/): none is there; "
            + "name kernel, initrd and cmdline in a file stiefelsystem.json in the boot directory, or under boot.load in config.yaml",
            Assert.Throws<BootCatalogException>(() => boot.Find()).Message);
    }

    [Fact]
    public void Find_EntriesWithoutFiles_SaysWhichFileIsMissing()
    {
        using var boot = new BootFixture("alpine-extlinux");
        boot.Kernel("vmlinuz-lts");
        var message = Assert.Throws<BootCatalogException>(() => boot.Find()).Message;
        Assert.Contains($"{boot.Path}/extlinux.conf, entry \"Linux lts\": there is no file", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_EmptyKernel_IsRefused()
    {
        using var boot = new BootFixture();
        boot.Text("vmlinuz", "").Text("loader/entries/a.conf", "linux /vmlinuz\n");
        Assert.Contains("vmlinuz is empty", Assert.Throws<BootCatalogException>(() => boot.Find()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("6.1.0-18-amd64", "6.1.0-18-amd64")]
    [InlineData("6.9.1-arch1-1", "6.9.1-arch1-1")]
    [InlineData("../../etc", "")]
    [InlineData("6/1", "")]
    [InlineData("", "")]
    public void Find_KernelRelease_IsThatOfTheImageIfItIsOne(string inImage, string release)
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz", inImage).Initrd("i").Text("loader/entries/a.conf", "linux /vmlinuz\ninitrd /i\n");
        Assert.Equal(release, boot.Find().KernelRelease);
    }

    [Fact]
    public void Find_KernelHeaderPointsOutside_HasNoRelease()
    {
        using var boot = new BootFixture();
        var kernel = BootFixture.KernelBytes("6.1");
        kernel[0x20e] = kernel[0x20f] = 0xff;
        boot.Write("vmlinuz", kernel).Initrd("i").Text("loader/entries/a.conf", "linux /vmlinuz\ninitrd /i\n");
        Assert.Equal("", boot.Find().KernelRelease);
        boot.Write("vmlinuz", kernel[..0x20f]);
        Assert.Equal("", boot.Find().KernelRelease);
    }
}
