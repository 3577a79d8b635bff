using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>Distributions ship modules bare or each compressed in its own way. Here they are made bare: the file system around them compresses better.</summary>
internal static class ModuleUnpacking
{
    private const int FilesPerRun = 24;

    private static readonly (string Ending, string Program, string[] Arguments)[] s_formats =
        [(".xz", "xz", ["-d"]), (".zst", "zstd", ["-q", "-d", "--rm"]), (".gz", "gzip", ["-d"])];

    /// <summary>Replaces every compressed module below a folder.</summary>
    public static async Task RunAsync(string folder, CancellationToken token)
    {
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = token };
        foreach ((string ending, string program, string[] arguments) in s_formats)
        {
            string[] files = Directory.GetFiles(folder, "*.ko" + ending, SearchOption.AllDirectories);
            await Parallel.ForEachAsync(
                files.Chunk(FilesPerRun),
                limits,
                async (batch, stop) => await ExternalProgram.RunAsync(program, [.. arguments, "--", .. batch], token: stop).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
