using System.Diagnostics;
using Stiefel.Cli.Ramdisk;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published `stiefel create-initrd` with packages from the distribution's mirror.</summary>
[Trait("Needs", "machines")]
public sealed class CreateInitrdTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void CreateInitrd_FromTwoEmptyCachesInOtherPlaces_GivesTheSameBytes()
    {
        Create("one");
        Create("somewhere-else");

        foreach (var file in (string[])["stiefel-vmlinuz", "stiefel-initrd.img", "manifest.json"])
        {
            Assert.Equal(Scratch.Sha256(_scratch[$"one/out/{file}"]), Scratch.Sha256(_scratch[$"somewhere-else/out/{file}"]));
        }

        // In the second run, every step that takes time must report that nothing changed.
        var again = Create("one");
        Assert.Equal(again.Split("‣ pack ").Length - 1, again.Split("nothing changed").Length - 1 - StepsBeforePacking);
    }

    [Fact]
    [Trait("Needs", "long")]
    public void CreateInitrd_Again_TakesLessThanATenth()
    {
        var clock = Stopwatch.StartNew();
        Create("one", "zstd -19");
        var first = clock.Elapsed;
        clock.Restart();
        Create("one", "zstd -19");
        Assert.True(clock.Elapsed < first / 10, $"{first.TotalSeconds:0.0} s, and again {clock.Elapsed.TotalSeconds:0.0} s");
    }

    /// <summary>It is compiled for the ramdisk's kernel and found by modprobe there; another archive than the expected one is not looked into.</summary>
    [Fact]
    [Trait("Needs", "long")]
    public void CreateInitrd_WithADriverThatIsNotInTheKernel_BuildsItIfItsHashIsRight()
    {
        const string Name = "stiefel_trial";
        Directory.CreateDirectory(_scratch["driver-1.0"]);
        File.WriteAllText(_scratch["driver-1.0/Makefile"], $"obj-m := {Name}.o\n");
        File.WriteAllText(_scratch[$"driver-1.0/{Name}.c"], "#include <linux/module.h>\n#include <linux/mii.h>\nMODULE_LICENSE(\"GPL\");\nint stiefel_trial_use(struct mii_if_info *mii);\nint stiefel_trial_use(struct mii_if_info *mii) { return mii_link_ok(mii); }\n");
        NativeProcess.Run(0, "tar", "-C", _scratch.Root, "-czf", _scratch["driver.tar.gz"], "driver-1.0");

        string Configure(string hash) => $"initrd:\n  drivers: [{_scratch["driver.tar.gz"]} {hash}]\n";
        Assert.Contains("nothing is built", Create(1, "wrong", "zstd -1", Configure(new string('0', 64))), StringComparison.Ordinal);
        Create(0, "right", "zstd -1", Configure(Scratch.Sha256(_scratch["driver.tar.gz"])));

        var release = RamdiskManifest.Read(_scratch["right/out/manifest.json"]).KernelRelease;
        var modules = Path.GetDirectoryName(Directory.GetDirectories(_scratch["right/cache/steps"], release, SearchOption.AllDirectories).Single())!;
        Directory.CreateDirectory(_scratch["root/lib"]);
        Directory.CreateSymbolicLink(_scratch["root/lib/modules"], modules);
        var order = NativeProcess.Run(0, "modprobe", "--dirname", _scratch["root"], "--set-version", release, "--show-depends", Name).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("/mii.ko", order[^2], StringComparison.Ordinal);
        Assert.Contains($"/updates/{Name}.ko", order[^1], StringComparison.Ordinal);
        Assert.StartsWith(release + " ", NativeProcess.Run(0, "modinfo", "-F", "vermagic", Path.Combine(modules, release, $"updates/{Name}.ko")), StringComparison.Ordinal);
    }

    // The steps for packages, kernel and userland.
    private const int StepsBeforePacking = 3;

    private string Create(string place, string compressor = "zstd -1") => Create(0, place, compressor);

    private string Create(int exitCode, string place, string compressor, string configuration = "")
    {
        Directory.CreateDirectory(_scratch[place]);
        File.WriteAllText(_scratch[$"{place}/config.yaml"], $"paths:\n  cache: cache\n  workdir: work\n{configuration}");
        return NativeProcess.Run(exitCode, NativeProcess.Binary("stiefel"),
            "create-initrd", "--from-debian", "--config", _scratch[$"{place}/config.yaml"], "--out", _scratch[$"{place}/out"], "--compressor", compressor);
    }
}
