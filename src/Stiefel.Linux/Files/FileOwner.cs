using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>The owner of a file or a directory, and whether others may change it (man 2 statx).</summary>
/// <param name="User">The owner's user id.</param>
/// <param name="OthersMayWrite">True if the group or everyone may write to it. Always true, but meaningless, for a symbolic link itself.</param>
public readonly record struct FileOwner(uint User, bool OthersMayWrite)
{
    private const ushort GroupOrOtherWrite = 0x12;
    private const uint Root = 0;
    private const uint Wanted = SysStat.STATX_MODE | SysStat.STATX_UID;

    /// <summary>True if the owner is this process's user or root.</summary>
    public bool IsUsOrRoot => User == Root || User == Unistd.geteuid();

    /// <summary>The owner of the file at the path; of the link itself if the path ends in a symbolic link that is not to be followed.</summary>
    /// <exception cref="LinuxException">The file does not exist or cannot be reached.</exception>
    public static unsafe FileOwner Of(string path, bool followLink)
    {
        SysStat.statx stat;
        var flags = followLink ? 0 : SysStat.AT_SYMLINK_NOFOLLOW;
        return Of(SysStat.statx_at(SysStat.AT_FDCWD, path, flags, Wanted, &stat), path, stat);
    }

    /// <summary>The owner of an open file, even if it was renamed since.</summary>
    /// <exception cref="LinuxException">The file system does not report the owner.</exception>
    public static unsafe FileOwner Of(SafeFileHandle file)
    {
        SysStat.statx stat;
        return Of(SysStat.statx_of(file, "", SysStat.AT_EMPTY_PATH, Wanted, &stat), "an open file", stat);
    }

    private static FileOwner Of(int result, string name, in SysStat.statx stat) => result == 0
        ? new FileOwner(stat.stx_uid, (stat.stx_mode & GroupOrOtherWrite) != 0)
        : throw LinuxException.FromLastError($"statx(\"{name}\")");
}
