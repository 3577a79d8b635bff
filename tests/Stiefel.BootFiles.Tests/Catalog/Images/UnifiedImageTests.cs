using System.Buffers.Binary;
using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog.Images;

public class UnifiedImageTests
{
    [Fact]
    public void Find_UnifiedImage_IsTakenApartIntoRegions()
    {
        using var boot = new BootFixture();
        boot.Write("EFI/Linux/arch-linux.efi", UnifiedImageBuilder.Typical("6.9.1-arch1-1"));
        var spec = boot.Find();
        Assert.Equal(("Arch Linux", "root=UUID=1234 ro quiet", "6.9.1-arch1-1", "UUID=1234"), (spec.Title, spec.CommandLine, spec.KernelRelease, spec.RootArgument));
        Assert.Equal(BootFixture.KernelBytes("6.9.1-arch1-1"), Read(spec.Kernel));
        Assert.Equal(["microcode", "initrd of 6.9.1-arch1-1"], spec.Initrds.Select(initrd => Encoding.UTF8.GetString(Read(initrd))));
    }

    [Fact]
    public void Find_SeveralImages_TakesTheNewestOrTheDefaultOfLoaderConf()
    {
        using var boot = new BootFixture();
        foreach (var release in (string[])["6.9.9", "6.9.10", "6.8.1"])
        {
            boot.Write($"EFI/Linux/arch-{release}.efi", UnifiedImageBuilder.Typical(release));
        }

        // Without versions in os-release, the names are compared.
        Assert.Equal("6.9.10", boot.Find().KernelRelease);
        boot.Text("loader/loader.conf", "default arch-6.8*\n");
        Assert.Equal("6.8.1", boot.Find().KernelRelease);

        // Both kinds of entries form one menu.
        boot.Text("loader/entries/other.conf", "linux /vmlinuz\ninitrd /i\n").Kernel("vmlinuz", "5.10").Initrd("i");
        Assert.Equal("6.8.1", boot.Find().KernelRelease);
        boot.Text("loader/loader.conf", "default other.conf\n");
        Assert.Equal("5.10", boot.Find().KernelRelease);
    }

    [Fact]
    public void Find_EntryThatNamesAnImage_ItsOptionsReplaceTheImages()
    {
        using var boot = new BootFixture();
        boot.Write("EFI/other/a.efi", UnifiedImageBuilder.Typical("6.9.1")).Text("loader/entries/a.conf", "title Mine\nuki /EFI/other/a.efi\noptions extra\n");
        Assert.Equal("extra", boot.Find().CommandLine);
        boot.Text("loader/entries/a.conf", "title Mine\nuki /EFI/other/a.efi\n");
        Assert.Equal("root=UUID=1234 ro quiet", boot.Find().CommandLine);
    }

    [Fact]
    public void Find_NoReleaseInTheKernel_UnameTells()
    {
        using var boot = new BootFixture();
        boot.Write("EFI/Linux/a.efi", UnifiedImageBuilder.Build((".linux", BootFixture.KernelBytes("")), (".initrd", [1]), (".uname", "6.1.0-arm64\n"u8.ToArray())));
        var spec = boot.Find();
        Assert.Equal(("6.1.0-arm64", "a.efi", ""), (spec.KernelRelease, spec.Title, spec.CommandLine));
    }

    [Fact]
    public void Find_SeveralProfiles_TakesTheFirst()
    {
        using var boot = new BootFixture();
        boot.Write("EFI/Linux/a.efi", UnifiedImageBuilder.Build(
            (".linux", BootFixture.KernelBytes("6.12")), (".initrd", [1]), (".cmdline", "base"u8.ToArray()),
            (".profile", "ID=main"u8.ToArray()), (".cmdline", "main"u8.ToArray()),
            (".profile", "ID=reset"u8.ToArray()), (".cmdline", "reset"u8.ToArray())));
        Assert.Equal("main", boot.Find().CommandLine);
    }

    [Fact]
    public void Find_ImageMadeByObjcopy_IsUnderstood()
    {
        using var boot = new BootFixture();
        boot.Kernel("parts/linux", "6.1.0-18-amd64").Initrd("parts/initrd").Text("parts/cmdline", "root=/dev/sda1 console=ttyS0");
        string part(string name) => $"{boot.Path}/parts/{name}";
        Directory.CreateDirectory(Path.Combine(boot.Path, "EFI/Linux"));
        ExternalProgram.Run("objcopy",
        [
            "--add-section", $".cmdline={part("cmdline")}", "--change-section-vma", ".cmdline=0x10030000",
            "--add-section", $".linux={part("linux")}", "--change-section-vma", ".linux=0x12000000",
            "--add-section", $".initrd={part("initrd")}", "--change-section-vma", ".initrd=0x13000000",
            "/usr/lib/systemd/boot/efi/linuxx64.efi.stub", $"{boot.Path}/EFI/Linux/made.efi",
        ]);
        var spec = boot.Find();
        Assert.Equal(("root=/dev/sda1 console=ttyS0", "6.1.0-18-amd64"), (spec.CommandLine, spec.KernelRelease));
        Assert.Equal(File.ReadAllBytes(part("linux")), Read(spec.Kernel));
        Assert.Equal("parts/initrd", Encoding.UTF8.GetString(Read(spec.Initrds[0])).TrimEnd('\0'));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(0x3f)]
    [InlineData(0x84)]
    [InlineData(0x180)]
    [InlineData(0x300)]
    [InlineData(0x900)]
    public void Find_TruncatedImage_IsRefusedInOneLine(int length)
    {
        using var boot = new BootFixture();
        boot.Write("EFI/Linux/a.efi", UnifiedImageBuilder.Typical("6.9.1")[..length]);
        Assert.DoesNotContain('\n', Assert.Throws<BootCatalogException>(() => boot.Find()).Message);
    }

    [Theory]
    [InlineData(8, uint.MaxValue)]
    [InlineData(16, uint.MaxValue)]
    [InlineData(20, uint.MaxValue)]
    [InlineData(20, 0x7fffffffu)]
    public void Find_SectionBeyondTheEnd_IsNeverARegion(int field, uint value)
    {
        var image = UnifiedImageBuilder.Typical("6.9.1");
        for (var section = 0; section < 7; section++)
        {
            byte[] broken = [.. image];
            BinaryPrimitives.WriteUInt32LittleEndian(broken.AsSpan(UnifiedImageBuilder.SectionHeader(section) + field), value);
            using var boot = new BootFixture();
            boot.Write("EFI/Linux/a.efi", broken);
            boot.AssertInside();
        }
    }

    private static byte[] Read(FileRegion region) => File.ReadAllBytes(region.Path).AsSpan((int)region.Offset, (int)region.Length).ToArray();
}
