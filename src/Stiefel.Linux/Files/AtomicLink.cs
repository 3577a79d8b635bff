using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>
/// A symbolic link that leads to something else from one moment to the next. File.Move does not rename a link that leads to a directory.
/// </summary>
public static class AtomicLink
{
    private const string Fresh = ".stiefel-new";

    /// <summary>Makes the link, or switches it, or puts it in a file's place; nobody finds nothing there in between, and its name is on the medium.</summary>
    /// <exception cref="LinuxException">It stays as it was.</exception>
    public static void Switch(string link, string target)
    {
        if (new FileInfo(link).LinkTarget == target)
        {
            return;
        }

        var fresh = link + Fresh;
        File.Delete(fresh); // of a run that was interrupted
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
