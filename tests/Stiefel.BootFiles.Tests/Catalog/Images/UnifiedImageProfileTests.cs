using System.Text;
using Stiefel.BootFiles.Catalog;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog.Images;

/// <summary>Profiles, addons, counters and thin images; the expected values follow from systemd 257 (src/boot/boot.c, stub.c, pe.c) and lanzaboote (rust/uefi/stub/src/thin.rs).</summary>
public sealed class UnifiedImageProfileTests : IDisposable
{
    private readonly BootFixture _boot = new();

    public void Dispose() => _boot.Dispose();

    [Fact]
    public void Find_Profiles_AreEntriesOfTheirOwnInTheOrderOfTheFile()
    {
        _boot.Write("EFI/Linux/A.efi", UnifiedImageBuilder.Build(
            (".osrel", Text("ID=x\nPRETTY_NAME='X 1'\n")), (".linux", BootFixture.KernelBytes("6.12")), (".initrd", Text("base")), (".cmdline", Text("base")),
            (".profile", Text("ID=main\n")),
            (".profile", Text("ID=Reset\nTITLE=Factory reset\n")), (".cmdline", Text("reset")), (".initrd", Text("other")),
            (".profile", Text("")), (".cmdline", Text("third"))));
        var menu = _boot.FindMenu();
        Assert.Equal(["X 1", "X 1 (Factory reset)", "X 1 (Profile #3)"], menu.Entries.Select(entry => entry.Title));
        Assert.Equal(["loader:a.efi", "loader:a.efi@reset", "loader:a.efi@2"], menu.Entries.Select(entry => entry.Id));
        Assert.Equal(["base", "reset", "third"], menu.Entries.Select(entry => entry.CommandLine));
        _boot.Text("loader/loader.conf", "default a.efi@re*\n");
        Assert.Equal("other", Read(_boot.Find().Initrds[0]));
    }

    [Fact]
    public void Find_Addons_AreAddedGlobalOnesFirst()
    {
        _boot.Write("EFI/Linux/a+3-1.efi", UnifiedImageBuilder.Typical("6.9.1", "own"));
        Addon("EFI/Linux/a.efi.extra.d/b.addon.efi", "local-b", "6.9.1");
        Addon("EFI/Linux/a.efi.extra.d/a.ADDON.EFI", "local-a", "");
        Addon("EFI/Linux/a.efi.extra.d/c.addon.efi", "for-another", "6.8");
        Addon("EFI/Linux/a.efi.extra.d/d.efi", "no-addon", "");
        Addon("loader/addons/z.addon.efi", "global", "");
        _boot.Write("loader/addons/y.addon.efi", UnifiedImageBuilder.Typical("6.9.1", "an image"));
        var spec = _boot.Find();
        Assert.Equal("own global local-a local-b", spec.CommandLine);
        Assert.Equal(
            ["u local-b", "u local-a", "u global", "microcode", "initrd of 6.9.1", "i global", "i local-a", "i local-b"], spec.Initrds.Select(Read));
    }

    [Fact]
    public void Find_Counters_BadLastAndMoreTriesFirst()
    {
        Image("a-3+0-3", "3");
        Image("a-2+1-1", "2");
        Image("a-2+2", "2");
        Image("a-1", "1");
        Assert.Equal(["loader:a-2+2.efi", "loader:a-2+1-1.efi", "loader:a-1.efi", "loader:a-3+0-3.efi"], _boot.FindMenu().Entries.Select(entry => entry.Id));
    }

    [Theory]
    [InlineData(".linux", ".initrd", ".linuxh", ".initrdh")]
    [InlineData(".kernelp", ".initrdp", ".kernelh", ".initrdh")]
    public void Find_ThinImage_ServesTheFilesItNames(string kernel, string initrd, string kernelHash, string initrdHash)
    {
        _boot.Kernel("EFI/nixos/kernel.efi", "6.6.32").Initrd("EFI/nixos/initrd.efi").Write("EFI/Linux/nixos-generation-5.efi", UnifiedImageBuilder.Build(
            (".osrel", Text("ID=lanza\nPRETTY_NAME=NixOS\n")), (".cmdline", Text("init=/nix/x")),
            (kernel, Text("\\EFI\\nixos\\kernel.efi")), (initrd, Text("\\EFI\\nixos\\initrd.efi")), (kernelHash, new byte[32]), (initrdHash, new byte[32]),
            (".text", new byte[10])));
        var menu = _boot.FindMenu();
        Assert.Equal(("EFI/nixos/kernel.efi", "6.6.32", "init=/nix/x"), (_boot.Relative(menu.Default.Kernel), menu.Default.KernelRelease, menu.Default.CommandLine));
        Assert.Equal(["EFI/nixos/initrd.efi"], _boot.Relative(menu.Default.Initrds));

        File.Delete(Path.Combine(_boot.Path, "EFI/nixos/initrd.efi"));
        Assert.Contains("initrd.efi, which the image names", Assert.Throws<BootCatalogException>(() => _boot.Find()).Message, StringComparison.Ordinal);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Read(FileRegion region) => Encoding.UTF8.GetString(File.ReadAllBytes(region.Path).AsSpan((int)region.Offset, (int)region.Length));

    private void Addon(string path, string name, string release) => _boot.Write(path, UnifiedImageBuilder.Build(
        [(".cmdline", Text(name)), (".ucode", Text("u " + name)), (".initrd", Text("i " + name)), .. release.Length > 0 ? [(".uname", Text(release))] : Array.Empty<(string, byte[])>()]));

    private void Image(string name, string version) => _boot.Write($"EFI/Linux/{name}.efi", UnifiedImageBuilder.Build(
        (".osrel", Text($"ID=a\nVERSION_ID={version}\n")), (".linux", BootFixture.KernelBytes("6.1")), (".initrd", Text("i")), (".cmdline", Text(name))));
}
