using Stiefel.Nbd.Tests.Support;
using Xunit;

namespace Stiefel.Nbd.Tests.Foreign;

/// <summary>fio's NBD engine, which compares the data it reads with the data it wrote.</summary>
public sealed class FioTests
{
    [Theory]
    [InlineData("4k", 1)]
    [InlineData("512-128k", 4)]
    public async Task Fio_VerifyWithChecksums_FindsNoDifference(string blockSizes, int connections)
    {
        using var disk = new TempFile(32 << 20);
        await using var server = await TestServer.StartOnFileAsync(disk.Path);

        var output = await Tool.RunAsync(
            "fio", "--name=verify", "--ioengine=nbd", $"--uri={server.Uri}", "--rw=randrw", $"--bsrange={Range(blockSizes)}", "--bs_unaligned=0",
            "--iodepth=16", "--thread", $"--numjobs={connections}", $"--size={(32 / connections) - 1}m", $"--offset_increment={32 / connections}m",
            "--verify=crc32c", "--verify_fatal=1", "--do_verify=1", "--fsync=64", "--randseed=11", "--output-format=terse");

        Assert.DoesNotContain("verify:", output, StringComparison.Ordinal);
    }

    private static string Range(string sizes) => sizes.Contains('-', StringComparison.Ordinal) ? sizes : $"{sizes}-{sizes}";
}
