using Stiefel.Cli.Configuration;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>
/// A directory as one compressed, read-only file system. The kernel unpacks only what is touched, which for a program that starts is a
/// fraction: a cpio of the same files costs the slowest machines a second, and all machines the memory.
/// </summary>
internal static class SquashFileSystem
{
    /// <summary>Block size for programs, of which a start touches pages here and there: larger blocks are smaller files and slower starts.</summary>
    public const string ForPrograms = "256K";

    /// <summary>Block size for what is read as a whole, and in the order in which it lies there: the largest that squashfs knows, 0.6 MiB smaller than with 512K.</summary>
    public const string ForModules = "1M";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Times and threads leave no mark; the option would contradict SOURCE_DATE_EPOCH.
    private static readonly ExternalProgramOptions s_options = new() { Environment = new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = null } };

    /// <summary>Writes TARGET; modes in the directory are set to 0755 and 0644, since its builder may have any umask.</summary>
    public static async Task WriteAsync(string directory, string target, string blockSize, Compression compression, CancellationToken token)
    {
        foreach (var path in DirectoryTree.Walk(directory).Select(path => Path.Combine(directory, path)).Append(directory).Where(path => new FileInfo(path).LinkTarget is null))
        {
            var mode = File.GetUnixFileMode(path);
            File.SetUnixFileMode(path, (mode & Executable) != 0 ? Readable | Executable : Readable);
        }

        var time = $"{InitramfsArchive.FixedTime}";
        await ExternalProgram.RunAsync(
            "mksquashfs",
            [directory, target, .. Arguments(compression), "-b", blockSize, "-all-root", "-no-xattrs", "-mkfs-time", time, "-all-time", time, "-noappend", "-quiet", "-no-progress"],
            s_options,
            token);
    }

    private static string[] Arguments(Compression compression) => compression.Format switch
    {
        CompressionFormat.Zstd => ["-comp", "zstd", "-Xcompression-level", $"{compression.Level}"],
        CompressionFormat.Gzip => ["-comp", "gzip", "-Xcompression-level", $"{compression.Level}"],
        CompressionFormat.Xz => ["-comp", "xz"],
        _ => ["-noI", "-noD", "-noF", "-noX"],
    };
}
