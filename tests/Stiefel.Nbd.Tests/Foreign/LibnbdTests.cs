using System.Security.Cryptography;
using Stiefel.Nbd.Tests.Support;
using Xunit;

namespace Stiefel.Nbd.Tests.Foreign;

/// <summary>nbdinfo and nbdcopy of libnbd.</summary>
public sealed class LibnbdTests
{
    private const int Size = 24 * 1024 * 1024;

    [Fact]
    public async Task Nbdinfo_OfAWritableFile_ShowsWhatIsOffered()
    {
        using var file = new TempFile(Size + 100);
        await using var server = await TestServer.StartOnFileAsync(file.Path);

        var info = await Tool.RunAsync("nbdinfo", server.Uri);

        Assert.Contains($"export-size: {Size + 100}", info, StringComparison.Ordinal);
        Assert.Contains("protocol: newstyle-fixed without TLS, using structured packets", info, StringComparison.Ordinal);
        Assert.Contains("base:allocation", info, StringComparison.Ordinal);
        foreach (var line in new[]
        {
            "is_read_only: false", "can_cache: true", "can_df: true", "can_fast_zero: true", "can_flush: true", "can_fua: true",
            "can_multi_conn: true", "can_trim: true", "can_zero: true", "block_size_minimum: 1", "block_size_maximum: 33554432",
            "block_size_preferred: 4096", "is_rotational: false", "description: a disk for tests",
        })
        {
            Assert.Contains(line, info, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nbdinfo_OfAReadOnlyFile_OffersNothingThatWrites()
    {
        using var file = new TempFile(Size);
        await using var server = await TestServer.StartOnFileAsync(file.Path, isReadOnly: true);

        var info = await Tool.RunAsync("nbdinfo", server.Uri);

        foreach (var line in new[] { "is_read_only: true", "can_trim: false", "can_zero: false", "can_fast_zero: false", "can_flush: true", "can_cache: true", "can_multi_conn: true" })
        {
            Assert.Contains(line, info, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nbdinfo_List_ShowsVisibleExportsOnly()
    {
        using var file = new TempFile(Size);
        await using var open = await TestServer.StartOnFileAsync(file.Path);
        using var memory = new MemoryDevice(4096);
        await using var hidden = await TestServer.StartAsync(memory, isListed: false);

        var listed = await Tool.RunAsync("nbdinfo", "--list", $"nbd://127.0.0.1:{open.EndPoint.Port}");
        (_, var unlisted) = await Tool.TryRunAsync("nbdinfo", "--list", $"nbd://127.0.0.1:{hidden.EndPoint.Port}");

        Assert.Contains("export=\"disk\"", listed, StringComparison.Ordinal);
        Assert.Contains("description: a disk for tests", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("export=", unlisted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nbdcopy_BothWays_KeepsEveryByte()
    {
        using var source = TempFile.WithRandomBytes(Size + 4711, seed: 1);
        using var disk = new TempFile(Size + 4711);
        using var back = new TempFile();
        await using var server = await TestServer.StartOnFileAsync(disk.Path);

        await Tool.RunAsync("nbdcopy", "--flush", source.Path, server.Uri);
        await Tool.RunAsync("nbdcopy", server.Uri, back.Path);

        Assert.Equal(Sha256(source), Sha256(disk));
        Assert.Equal(Sha256(source), Sha256(back));
    }

    [Fact]
    public async Task Nbdinfo_Map_ShowsTheHolesOfASparseFile()
    {
        using var file = new TempFile(Size);
        using (var stream = File.OpenWrite(file.Path))
        {
            stream.Position = 8 * 1024 * 1024;
            stream.Write(new byte[64 * 1024].Select(_ => (byte)1).ToArray());
        }

        await using var server = await TestServer.StartOnFileAsync(file.Path);

        var map = await Tool.RunAsync("nbdinfo", "--map", server.Uri);

        var lines = map.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^\s+0\s+8388608\s+3\s+hole,zero", lines[0]);
        Assert.Matches(@"^\s+8388608\s+65536\s+0\s+data", lines[1]);
        Assert.Matches(@"^\s+8454144\s+16711680\s+3\s+hole,zero", lines[2]);
    }

    private static string Sha256(TempFile file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.Path)));
}
