using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>
/// Giving a file a name that nothing has yet, in one step. File.Move looks whether the name is free and renames then, which overwrites what
/// somebody else made in between.
/// </summary>
public static class ExclusiveRename
{
    /// <summary>Renames a file within its file system.</summary>
    /// <returns>False if something has the name already, be it a link that leads nowhere; nothing was changed then.</returns>
    /// <exception cref="LinuxException">There is no such file, or the directory cannot be written to.</exception>
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
            // NFS and some others cannot do that (man 2 rename), but a second name is never given over another file.
            Errno.EINVAL or Errno.ENOSYS => TryLink(file, name),
            _ => throw new LinuxException($"renameat2(\"{file}\", \"{name}\", RENAME_NOREPLACE)", errno),
        };
    }

    /// <summary>The same for file systems whose rename knows no flags.</summary>
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
