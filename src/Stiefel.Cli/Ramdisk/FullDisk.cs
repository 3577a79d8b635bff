using Stiefel.CommandLine;
using Stiefel.Linux.Errors;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Says which directory is full, because the system's own message names none when a file is copied (man 2 copy_file_range).</summary>
internal static class FullDisk
{
    private const long Mebibyte = 1 << 20;

    /// <summary>True if a file system had no room for what was written.</summary>
    public static bool Caused(IOException error) => error is LinuxException { Errno: Errno.ENOSPC } || error.HResult == Errno.ENOSPC;

    /// <summary>The failure for a person, with the fullest of the directories.</summary>
    /// <param name="directories">Those that were written to, or would have been later.</param>
    public static FailedException Explain(IEnumerable<string> directories)
    {
        var (directory, free) = directories.Where(Directory.Exists).Select(path => (Path: path, Free: new DriveInfo(path).AvailableFreeSpace)).MinBy(place => place.Free);
        return new FailedException(
            $"no room left in {directory} ({free / Mebibyte} MiB free): a ramdisk takes some 60 MiB, and 300 MiB while it is made; remove what is not needed there, or name other directories as paths.cache and paths.workdir in the configuration");
    }
}
