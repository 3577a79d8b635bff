using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>
/// Distinguishes one state of a file or directory from another without reading it (man 2 statx). The kernel sets the time of the last change whenever content,
/// owner or permissions change, and no program can set it: even a copy that keeps the modification time has another change time.
/// </summary>
/// <param name="Device">The device that holds it.</param>
/// <param name="Inode">Its inode number there.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ChangedSeconds">Time of the last change, seconds since 1970.</param>
/// <param name="ChangedNanoseconds">The nanoseconds of that time.</param>
/// <param name="User">The owner's user id.</param>
/// <param name="Mode">Type and permissions.</param>
public readonly record struct FileStamp(DeviceNumber Device, ulong Inode, ulong Size, long ChangedSeconds, uint ChangedNanoseconds, uint User, ushort Mode)
{
    private const uint Wanted = SysStat.STATX_TYPE | SysStat.STATX_MODE | SysStat.STATX_UID | SysStat.STATX_INO | SysStat.STATX_SIZE | SysStat.STATX_CTIME;

    /// <summary>True for a regular file.</summary>
    public bool IsRegular => (Mode & SysStat.S_IFMT) == SysStat.S_IFREG;

    /// <summary>True for a socket (man 7 unix), whether a program listens on it or not.</summary>
    public bool IsSocket => (Mode & SysStat.S_IFMT) == SysStat.S_IFSOCK;

    /// <summary>The stamp of the file that the path leads to, or of the link itself if it leads nowhere.</summary>
    /// <returns>The stamp; null if nothing has this name.</returns>
    /// <exception cref="LinuxException">The file cannot be examined.</exception>
    public static FileStamp? Of(string path) => Of(path, flags: 0) ?? OfLink(path);

    /// <summary>The stamp of the file with this name, without following a link.</summary>
    /// <inheritdoc cref="Of(string)"/>
    public static FileStamp? OfLink(string path) => Of(path, SysStat.AT_SYMLINK_NOFOLLOW);

    private static unsafe FileStamp? Of(string path, int flags)
    {
        SysStat.statx stat;
        if (SysStat.statx_at(SysStat.AT_FDCWD, path, flags, Wanted, &stat) == 0)
        {
            return new FileStamp(
                new DeviceNumber(stat.stx_dev_major, stat.stx_dev_minor), stat.stx_ino, stat.stx_size, stat.stx_ctime.tv_sec, stat.stx_ctime.tv_nsec, stat.stx_uid, stat.stx_mode);
        }

        return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw LinuxException.FromLastError($"statx(\"{path}\")");
    }
}
