using Stiefel.Cli.Configuration;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>Compresses an archive so that the kernel can unpack it, with the same bytes every time.</summary>
internal static class Compressor
{
    /// <summary>Compresses the file source to the file target.</summary>
    public static async Task RunAsync(Compression compression, string source, string target, CancellationToken token)
    {
        if (compression.Format == CompressionFormat.None)
        {
            File.Copy(source, target);
            return;
        }

        (var program, var arguments) = compression.Format switch
        {
            // The number of threads does not change zstd's output; only --single-thread would.
            CompressionFormat.Zstd => ("zstd", new[] { "-q", "-c", "-T0", $"-{compression.Level}" }),

            // The kernel's xz supports CRC32 only (Documentation/staging/xz.rst); with threads the output would depend on the machine.
            CompressionFormat.Xz => ("xz", ["-c", "-T1", "--check=crc32", $"-{compression.Level}"]),
            _ => ("gzip", ["-c", "-n", $"-{compression.Level}"]),
        };
        await using var input = File.OpenRead(source);
        await using var output = File.Create(target);
        await ExternalProgram.RunAsync(program, arguments, new ExternalProgramOptions { Input = input, OutputDestination = output }, token);
    }
}
