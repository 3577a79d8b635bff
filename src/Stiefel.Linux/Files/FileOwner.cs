using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>The owner of a file or a directory, and whether others may change it (man 2 statx).</summary>
/// <param name="User">Its owner's number.</param>
/// <param name="OthersMayWrite">Its group or everybody may write to it. Always true for a symbolic link itself, where it means nothing.</param>
public readonly record struct FileOwner(uint User, bool OthersMayWrite)
{
    private const ushort GroupOrOtherWrite = 0x12;
    private const uint Root = 0;
    private const uint Wanted = SysStat.STATX_MODE | SysStat.STATX_UID;

    /// <summary>It is this process's user or root.</summary>
    public bool IsUsOrRoot => User == Root || User == Unistd.geteuid();

    /// <summary>The owner of what the path names; a symbolic link at its end is looked at itself unless it is to be followed.</summary>
    /// <exception cref="LinuxException">No such file, or no way to it.</exception>
    public static unsafe FileOwner Of(string path, bool followLink)
    {
        SysStat.statx stat;
        var flags = followLink ? 0 : SysStat.AT_SYMLINK_NOFOLLOW;
        return Of(SysStat.statx_at(SysStat.AT_FDCWD, path, flags, Wanted, &stat), path, stat);
    }

    /// <summary>The owner of an open file, whatever has become of its name since.</summary>
    /// <exception cref="LinuxException">The file system does not tell.</exception>
    public static unsafe FileOwner Of(SafeFileHandle file)
    {
        SysStat.statx stat;
        return Of(SysStat.statx_of(file, "", SysStat.AT_EMPTY_PATH, Wanted, &stat), "an open file", stat);
    }

    private static FileOwner Of(int result, string name, in SysStat.statx stat) => result == 0
        ? new FileOwner(stat.stx_uid, (stat.stx_mode & GroupOrOtherWrite) != 0)
        : throw LinuxException.FromLastError($"statx(\"{name}\")");
}
