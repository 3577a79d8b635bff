using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>
/// Renames a file in one step, only if nothing has the new name. File.Move checks first and renames then, which overwrites a file
/// made in between.
/// </summary>
public static class ExclusiveRename
{
    /// <summary>Renames a file within its file system.</summary>
    /// <returns>False, with nothing changed, if anything has the name already, even a dangling link.</returns>
    /// <exception cref="LinuxException">The file does not exist, or the directory cannot be written to.</exception>
    public static bool TryRename(string file, string name)
    {
        if (Stdio.renameat2(SysStat.AT_FDCWD, file, SysStat.AT_FDCWD, name, Stdio.RENAME_NOREPLACE) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno switch
        {
            Errno.EEXIST => false,
            // NFS and some others do not support the flag (man 2 rename); link never replaces a file either.
            Errno.EINVAL or Errno.ENOSYS => TryLink(file, name),
            _ => throw new LinuxException($"renameat2(\"{file}\", \"{name}\", RENAME_NOREPLACE)", errno),
        };
    }

    /// <summary>As <see cref="TryRename"/>, for file systems without rename flags.</summary>
    internal static bool TryLink(string file, string name)
    {
        if (Unistd.link(file, name) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            return errno == Errno.EEXIST ? false : throw new LinuxException($"link(\"{file}\", \"{name}\")", errno);
        }

        File.Delete(file);
        return true;
    }
}
