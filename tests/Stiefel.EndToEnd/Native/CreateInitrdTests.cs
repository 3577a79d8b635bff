using System.Diagnostics;

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

    // The steps for packages, kernel and userland.
    private const int StepsBeforePacking = 3;

    private string Create(string place, string compressor = "zstd -1")
    {
        Directory.CreateDirectory(_scratch[place]);
        File.WriteAllText(_scratch[$"{place}/config.yaml"], "paths:\n  cache: cache\n  workdir: work\n");
        return NativeProcess.Run(0, NativeProcess.Binary("stiefel"),
            "create-initrd", "--from-debian", "--config", _scratch[$"{place}/config.yaml"], "--out", _scratch[$"{place}/out"], "--compressor", compressor);
    }
}
