using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>
/// Replaces a symbolic link atomically. File.Move cannot: it does not rename a link that leads to a directory.
/// </summary>
public static class AtomicLink
{
    private const string Fresh = ".stiefel-new";

    /// <summary>Makes the link, or atomically replaces a link or file of that name. On return, the change is on the medium.</summary>
    /// <exception cref="LinuxException">The link was not changed.</exception>
    public static void Switch(string link, string target)
    {
        if (new FileInfo(link).LinkTarget == target)
        {
            return;
        }

        var fresh = link + Fresh;
        File.Delete(fresh); // left by an interrupted run
        File.CreateSymbolicLink(fresh, target);
        if (Stdio.renameat2(SysStat.AT_FDCWD, fresh, SysStat.AT_FDCWD, link, 0) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            File.Delete(fresh);
            throw new LinuxException($"rename(\"{fresh}\", \"{link}\")", errno);
        }

        DirectorySync.Flush(Path.GetDirectoryName(link)!);
    }
}
