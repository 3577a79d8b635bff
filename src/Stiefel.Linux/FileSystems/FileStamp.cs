using System.Runtime.InteropServices;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.FileSystems;

/// <summary>
/// What becomes another whenever a file's content, rights or owner change, or another file comes to stand in its place, without reading it (man 2 statx):
/// the inode's change time cannot be set back as the content's can.
/// </summary>
/// <param name="Device">Of the file system.</param>
/// <param name="Inode">Which file of it: stays when the file is renamed.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ChangedAt">Seconds since 1970 and nanoseconds.</param>
/// <param name="Mode">Kind and rights.</param>
/// <param name="User">Its owner's number.</param>
public readonly record struct FileStamp(ulong Device, ulong Inode, ulong Size, (long Seconds, uint Nanoseconds) ChangedAt, ushort Mode, uint User)
{
    private const uint Wanted = SysStat.STATX_TYPE | SysStat.STATX_MODE | SysStat.STATX_UID | SysStat.STATX_CTIME | SysStat.STATX_INO | SysStat.STATX_SIZE;

    /// <summary>Of what the path leads to, also through links; null if there is nothing.</summary>
    /// <exception cref="LinuxException">Nobody knows: the medium fails, or there is no way to it.</exception>
    public static unsafe FileStamp? TryOf(string path)
    {
        SysStat.statx stat;
        if (SysStat.statx_at(SysStat.AT_FDCWD, path, 0, Wanted, &stat) == 0)
        {
            var device = ((ulong)stat.stx_dev_major << 32) | stat.stx_dev_minor;
            return new FileStamp(device, stat.stx_ino, stat.stx_size, (stat.stx_ctime_sec, stat.stx_ctime_nsec), stat.stx_mode, stat.stx_uid);
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENOENT ? null : throw new LinuxException($"statx(\"{path}\")", errno);
    }
}
