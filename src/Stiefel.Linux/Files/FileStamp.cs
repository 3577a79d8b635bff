using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>
/// What tells one state of a file or a directory from another without reading it (man 2 statx). The kernel sets the time of the last change whenever content,
/// owner or rights change, and nobody else can: a copy that keeps the time of writing has another.
/// </summary>
/// <param name="Device">Where it is.</param>
/// <param name="Inode">Which it is there.</param>
/// <param name="Size">In bytes.</param>
/// <param name="ChangedSeconds">When it changed, in seconds of 1970.</param>
/// <param name="ChangedNanoseconds">And the rest.</param>
/// <param name="User">Its owner's number.</param>
/// <param name="Mode">Its type and rights.</param>
public readonly record struct FileStamp(DeviceNumber Device, ulong Inode, ulong Size, long ChangedSeconds, uint ChangedNanoseconds, uint User, ushort Mode)
{
    private const uint Wanted = SysStat.STATX_TYPE | SysStat.STATX_MODE | SysStat.STATX_UID | SysStat.STATX_INO | SysStat.STATX_SIZE | SysStat.STATX_CTIME;

    /// <summary>No directory, pipe or device.</summary>
    public bool IsRegular => (Mode & SysStat.S_IFMT) == SysStat.S_IFREG;

    /// <summary>A socket (man 7 unix), whether anybody listens at it or not.</summary>
    public bool IsSocket => (Mode & SysStat.S_IFMT) == SysStat.S_IFSOCK;

    /// <summary>The stamp of what the path leads to, or of the link itself if it leads nowhere.</summary>
    /// <returns>Null if there is nothing of that name.</returns>
    /// <exception cref="LinuxException">Whether there is, cannot be told.</exception>
    public static FileStamp? Of(string path) => Of(path, flags: 0) ?? OfLink(path);

    /// <summary>The stamp of what stands under this name, even a link.</summary>
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
