using Stiefel.Cli.Configuration;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>
/// Makes a compressed, read-only file system of a directory. The kernel decompresses only the blocks that are read, a fraction when a program starts. A
/// cpio of the same files would cost the slowest machines a second, and all machines the memory.
/// </summary>
internal static class SquashFileSystem
{
    /// <summary>Block size for programs, of which a start reads scattered pages: larger blocks would make the file smaller but the start slower.</summary>
    public const string ForPrograms = "256K";

    /// <summary>Block size for modules, which are read whole and in order: the largest of squashfs, which saves 0.6 MiB compared with 512K.</summary>
    public const string ForModules = "1M";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Unset SOURCE_DATE_EPOCH, which excludes the options for fixed times. The output depends neither on times nor on threads.
    private static readonly ExternalProgramOptions s_options = new() { Environment = new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = null } };

    /// <summary>Writes the file target. Modes in the directory are set to 0755 and 0644 first, because they depend on the umask.</summary>
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
