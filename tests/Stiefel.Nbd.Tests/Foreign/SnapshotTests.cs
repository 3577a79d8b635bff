using System.Security.Cryptography;
using Stiefel.Nbd.Tests.Support;
using Xunit;

namespace Stiefel.Nbd.Tests.Foreign;

/// <summary>Foreign clients write to a snapshot, and the image stays unchanged.</summary>
public sealed class SnapshotTests : IDisposable
{
    private const int Size = (24 << 20) + 512;

    private readonly TempFile _image = TempFile.WithRandomBytes(Size, seed: 31);
    private readonly string _before;

    public SnapshotTests() => _before = Sha256(_image);

    public void Dispose()
    {
        Assert.Equal(_before, Sha256(_image));
        _image.Dispose();
    }

    [Fact]
    public async Task Nbdcopy_BothWays_KeepsEveryByte()
    {
        using var snapshot = SnapshotOf.FileInMemory(_image.Path);
        await using var server = await TestServer.StartAsync(snapshot.Device);
        using var other = TempFile.WithRandomBytes(Size, seed: 32);
        using var back = new TempFile();

        await Tool.RunAsync("nbdcopy", server.Uri, back.Path);
        Assert.Equal(_before, Sha256(back));
        await Tool.RunAsync("nbdcopy", "--flush", other.Path, server.Uri);
        await Tool.RunAsync("nbdcopy", server.Uri, back.Path);

        Assert.Equal(Sha256(other), Sha256(back));
    }

    [Fact]
    public async Task QemuIo_Patterns_AreKept()
    {
        using var snapshot = SnapshotOf.FileInDirectory(_image.Path, Path.GetTempPath());
        await using var server = await TestServer.StartAsync(snapshot.Device);

        var output = await Tool.RunAsync(
            "qemu-io", "-f", "raw",
            "-c", "write -P 0x11 512 1M",
            "-c", "write -P 0x22 300000 77",
            "-c", "write -z -u 64k 64k",
            "-c", "write -z 200000 1000",
            "-c", "discard 512k 128k",
            "-c", "flush",
            "-c", "read -P 0x11 512 65024",
            "-c", "read -P 0 64k 64k",
            "-c", "read -P 0 200000 1000",
            "-c", "read -P 0x11 201000 99000",
            "-c", "read -P 0x22 300000 77",
            "-c", "read -P 0x11 300077 1000",
            "-c", "read -P 0x11 640k 256k",
            server.Uri);

        Assert.DoesNotContain("failed", output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("error", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task QemuImg_ComparesEqualToTheBaseUntilItIsWritten()
    {
        using var snapshot = SnapshotOf.FileInMemory(_image.Path);
        await using var server = await TestServer.StartAsync(snapshot.Device);

        await Tool.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", _image.Path, server.Uri);
        await Tool.RunAsync("qemu-io", "-f", "raw", "-c", "write -z 1M 64k", server.Uri);
        (var exitCode, _) = await Tool.TryRunAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", _image.Path, server.Uri);

        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Fio_VerifyOnFourConnections_FindsNoDifference()
    {
        using var snapshot = SnapshotOf.FileInMemory(_image.Path);
        await using var server = await TestServer.StartAsync(snapshot.Device);

        var output = await Tool.RunAsync(
            "fio", "--name=verify", "--ioengine=nbd", $"--uri={server.Uri}", "--rw=randrw", "--bsrange=512-128k", "--bs_unaligned=0",
            "--iodepth=16", "--thread", "--numjobs=4", "--size=5m", "--offset_increment=6m",
            "--verify=crc32c", "--verify_fatal=1", "--do_verify=1", "--fsync=64", "--randseed=12", "--output-format=terse");

        Assert.DoesNotContain("verify:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nbdinfo_OfASnapshot_IsWritableAndMapsItsChanges()
    {
        using var sparse = new TempFile(16 << 20);
        using var snapshot = SnapshotOf.FileInMemory(sparse.Path);
        snapshot.Device.Write(4 << 20, new byte[64 * 1024]);
        await using var server = await TestServer.StartAsync(snapshot.Device);

        var info = await Tool.RunAsync("nbdinfo", server.Uri);
        var map = await Tool.RunAsync("nbdinfo", "--map", server.Uri);

        Assert.Contains("is_read_only: false", info, StringComparison.Ordinal);
        Assert.Contains("can_multi_conn: true", info, StringComparison.Ordinal);
        Assert.Contains("can_fast_zero: true", info, StringComparison.Ordinal);
        Assert.Matches(@"^\s+0\s+4194304\s+3\s+hole,zero\s+4194304\s+65536\s+0\s+data\s+4259840\s+12517376\s+3\s+hole,zero\s*$", map);
    }

    private static string Sha256(TempFile file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.Path)));
}
