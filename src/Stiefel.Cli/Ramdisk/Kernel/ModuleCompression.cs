using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>
/// Each module is compressed on its own, and the archive around them hardly at all. Unpacking all of them at once would cost the kernel
/// seconds and a hundred megabytes before anything starts; so it only costs what is loaded (kmod unpacks as it goes).
/// </summary>
internal static class ModuleCompression
{
    private const int FilesPerRun = 24;

    /// <summary>Distributions ship modules bare or compressed in their own way: make them bare.</summary>
    public static async Task UnpackAsync(IReadOnlyList<string> files, CancellationToken token)
    {
        await ForEachBatchAsync([.. files.Where(file => file.EndsWith(".ko.xz", StringComparison.Ordinal))], "xz", ["-d"], token).ConfigureAwait(false);
        await ForEachBatchAsync([.. files.Where(file => file.EndsWith(".ko.zst", StringComparison.Ordinal))], "zstd", ["-q", "-d", "--rm"], token).ConfigureAwait(false);
        await ForEachBatchAsync([.. files.Where(file => file.EndsWith(".ko.gz", StringComparison.Ordinal))], "gzip", ["-d"], token).ConfigureAwait(false);
    }

    public static Task PackAsync(IReadOnlyList<string> files, int level, CancellationToken token)
        => ForEachBatchAsync(files, "zstd", ["-q", "--rm", $"-{level}"], token);

    private static Task ForEachBatchAsync(IReadOnlyList<string> files, string program, string[] arguments, CancellationToken token)
        => Parallel.ForEachAsync(
            files.Chunk(FilesPerRun),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = token },
            async (batch, stop) => await ExternalProgram.RunAsync(program, [.. arguments, "--", .. batch], token: stop).ConfigureAwait(false));
}
