namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published `stiefel test-nspawn` with ramdisks that the published `create-initrd` made.</summary>
[Trait("Needs", "machines")]
public sealed class TestNspawnTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void TestNspawn_RamdiskWithAProgramOfTheLaptops_PassesUnlessThatWouldNotStart()
    {
        File.WriteAllText(_scratch["fan"], "#!/usr/bin/busybox sh\n");
        File.SetUnixFileMode(_scratch["fan"], Executable);
        Create();

        var passed = Try(0);
        Assert.Contains("  ok      a desktop finds, downloads and verifies", passed, StringComparison.Ordinal);
        Assert.Contains("1 of this laptop's own", passed, StringComparison.Ordinal);
        Assert.DoesNotContain("FAILED", passed, StringComparison.Ordinal);

        File.SetUnixFileMode(_scratch["fan"], Executable & ~UnixFileMode.UserExecute);
        Create();
        Assert.Contains("/etc/stiefel/start.d/fan is not executable", Try(1), StringComparison.Ordinal);

        // An image that was changed is no longer unpacked.
        File.AppendAllText(_scratch["out/image/current/stiefel-initrd.img"], "x");
        Assert.Contains("is not the file that", Try(1), StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    private static void AssertNothingIsLeft()
    {
        Assert.Empty(Directory.GetDirectories("/var/tmp", "stiefel-ramdisk-*"));
        Assert.DoesNotContain("-laptop", NativeProcess.Run(0, "ip", "netns"), StringComparison.Ordinal);
    }

    private void Create()
    {
        File.WriteAllText(_scratch["config.yaml"], $"paths:\n  cache: cache\n  workdir: work\ninitrd:\n  include-files: [\"{_scratch["fan"]}:/etc/stiefel/start.d/fan\"]\n");
        NativeProcess.Run(0, NativeProcess.Binary("stiefel"),
            "create-initrd", "--from-debian", "--config", _scratch["config.yaml"], "--out", _scratch["out"], "--compressor", "zstd -1");
    }

    private string Try(int exitCode) => NativeProcess.Run(exitCode, NativeProcess.Binary("stiefel"), "test-nspawn", "--ramdisk", _scratch["out"]);
}
