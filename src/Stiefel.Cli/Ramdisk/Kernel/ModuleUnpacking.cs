using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>Decompresses modules, which some distributions ship compressed one by one: the file system around them compresses better.</summary>
internal static class ModuleUnpacking
{
    private const int FilesPerRun = 24;

    private static readonly (string Ending, string Program, string[] Arguments)[] s_formats =
        [(".xz", "xz", ["-d"]), (".zst", "zstd", ["-q", "-d", "--rm"]), (".gz", "gzip", ["-d"])];

    /// <summary>Replaces every compressed module below a directory.</summary>
    public static async Task RunAsync(string directory, CancellationToken token)
    {
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = token };
        foreach ((var ending, var program, var arguments) in s_formats)
        {
            var files = Directory.GetFiles(directory, "*.ko" + ending, SearchOption.AllDirectories);
            await Parallel.ForEachAsync(
                files.Chunk(FilesPerRun),
                limits,
                async (batch, stop) => await ExternalProgram.RunAsync(program, [.. arguments, "--", .. batch], token: stop));
        }
    }
}
