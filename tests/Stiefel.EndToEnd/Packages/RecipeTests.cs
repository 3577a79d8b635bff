using System.Text.Json;
using Stiefel.EndToEnd.Native;

namespace Stiefel.EndToEnd.Packages;

/// <summary>Tests the recipes for other package managers, as far as they run without those.</summary>
public sealed class RecipeTests : IDisposable
{
    private static readonly string s_package = Path.Combine(BuiltPackage.Checkout, "eng/package");

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Arch_Package_HasPacmansHookAndItsPlaceOfCompletions()
    {
        Tarball();
        Run("set -e; . \"$0/recipes/PKGBUILD\"; srcdir=$1/source pkgdir=$1/package; mkdir \"$pkgdir\"; package");
        AssertFiles("bin/stiefel", "share/libalpm/hooks/95-stiefel.hook", "share/zsh/site-functions/_stiefel");
    }

    [Fact]
    public void Gentoo_Package_HasThePlugInOfKernelInstall()
    {
        Tarball();
        Run("set -e; die() { exit 1; }; WORKDIR=$1/source ED=$1/package; mkdir \"$ED\"; . \"$0/recipes/stiefel-bin.ebuild\"; cd \"$S\"; src_install");
        AssertFiles("bin/stiefel", "lib/kernel/install.d/95-stiefel.install", "share/zsh/vendor-completions/_stiefel");
    }

    [Theory]
    [InlineData("hooks/zz-stiefel")]
    [InlineData("hooks/95-stiefel.install")]
    [InlineData("deb/postinst")]
    [InlineData("deb/prerm")]
    [InlineData("deb/postrm")]
    public void Scripts_OfPackages_AreValidForASmallShell(string script) => NativeProcess.Run(0, "dash", "-n", Path.Combine(s_package, script));

    /// <summary>Our hooks must never make a kernel's installation fail.</summary>
    [Theory]
    [InlineData("hooks/zz-stiefel")]
    [InlineData("hooks/95-stiefel.install")]
    public void Hooks_WithoutTheProgram_EndWell(string script) => NativeProcess.Run(0, "sh", Path.Combine(s_package, script), "add", "6.1.0-1");

    /// <summary>Only eng/package/licence names a licence: the recipes are filled from it, and so is the list of what the package is made of.</summary>
    [Fact]
    public void Licence_OfAllPackages_IsTheOneOfTheFile()
    {
        var licence = File.ReadLines(Path.Combine(s_package, "licence")).First();
        Assert.Matches("^[A-Za-z0-9.-]+$", licence);
        foreach (var file in (string[])["copyright", "recipes/PKGBUILD", "recipes/stiefel.spec", "recipes/stiefel-bin.ebuild"])
        {
            var line = Assert.Single(File.ReadLines(Path.Combine(s_package, file)), line => line.StartsWith("license", StringComparison.OrdinalIgnoreCase));
            Assert.Contains("@LICENCE", line, StringComparison.Ordinal);
            Assert.DoesNotContain(licence, line, StringComparison.Ordinal);
        }

        Run("echo '{\"packages\":{}}' | python3 \"$0/sbom.py\" 1.2.3 2026-01-01T00:00:00Z \"$0/licence\" >\"$1/sbom.json\"");
        using var sbom = JsonDocument.Parse(File.ReadAllBytes(_scratch["sbom.json"]));
        var own = Assert.Single(sbom.RootElement.GetProperty("packages").EnumerateArray());
        Assert.Equal(("stiefel", licence), (own.GetProperty("name").GetString(), own.GetProperty("licenseDeclared").GetString()));
    }

    private void Tarball()
    {
        foreach (var file in (string[])["bin/stiefel", "lib/kernel/install.d/95-stiefel.install", "share/libalpm/hooks/95-stiefel.hook", "share/zsh/vendor-completions/_stiefel"])
        {
            var path = _scratch["source/usr/" + file];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
    }

    private void Run(string commands) => NativeProcess.Run(0, "bash", "-c", commands, s_package, _scratch.Root);

    private void AssertFiles(params string[] files) => Assert.Equal(
        files, Directory.GetFiles(_scratch["package/usr"], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_scratch["package/usr"], file)).Order(StringComparer.Ordinal));
}
