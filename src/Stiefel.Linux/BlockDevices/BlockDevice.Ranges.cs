using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

// Zeroes, discards and holes. Two facts shape this file: on a block device these calls take whole logical sectors only,
// and any file system or driver may report, in several ways, that it does not support one of them.
public sealed partial class BlockDevice
{
    private const int ZeroBlockSize = 256 * 1024;

    private static readonly byte[] s_zeroes = new byte[ZeroBlockSize];

    /// <summary>
    /// Makes the range (bytes) read as zeroes.
    /// </summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Number of bytes.</param>
    /// <param name="keepAllocated">True if the range must stay allocated; otherwise it may become a hole.</param>
    /// <param name="onlyIfFast">True to throw EOPNOTSUPP rather than write the zeroes out.</param>
    public void WriteZeroes(long offset, long length, bool keepAllocated, bool onlyIfFast)
    {
        GrowTo(offset + length);
        var start = AlignUp(offset);
        var end = AlignDown(offset + length);
        if (start >= end)
        {
            WriteZeroBytes(offset, length);
            return;
        }

        if (!TryZeroRange(start, end - start, keepAllocated, onlyIfFast))
        {
            if (onlyIfFast)
            {
                throw new LinuxException($"fallocate({Path}, zeroes, {length} bytes at {offset})", Errno.EOPNOTSUPP);
            }

            WriteZeroBytes(start, end - start);
        }

        WriteZeroBytes(offset, start - offset);
        WriteZeroBytes(end, offset + length - end);
    }

    /// <summary>Tells the medium that the range (bytes) is unused. A part that cannot be discarded stays as it is.</summary>
    public unsafe void Discard(long offset, long length)
    {
        var start = AlignUp(offset);
        var end = AlignDown(offset + length);
        if (start >= end || !CanDiscard)
        {
            return;
        }

        if (!IsBlockSpecial)
        {
            _ = TryFallocate(Fcntl.FALLOC_FL_PUNCH_HOLE, start, end - start);
            return;
        }

        var range = stackalloc ulong[] { (ulong)start, (ulong)(end - start) };
        int errno;
        do
        {
            errno = LinuxFs.ioctl(_handle, LinuxFs.BLKDISCARD, range) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (errno == Errno.EINTR);

        if (errno != 0 && !IsInability(errno))
        {
            throw new LinuxException($"discard({Path}, {end - start} bytes at {start})", errno);
        }
    }

    /// <summary>
    /// The extent that begins at the offset: its length in bytes, at most <paramref name="length"/>, and whether it is a
    /// hole, which reads as zeroes. A block device cannot tell, so it is all data. The range beyond the end of a file that shrank
    /// after it was opened counts as data, too: reading it fails, so that a copying program notices.
    /// </summary>
    public (long Length, bool IsHole) FindExtent(long offset, long length)
    {
        if (IsBlockSpecial)
        {
            return (length, false);
        }

        var data = Unistd.lseek(_handle, offset, Unistd.SEEK_DATA);
        var isBeforeEnd = data < 0 && Marshal.GetLastPInvokeError() == Errno.ENXIO;
        if (data == offset)
        {
            var hole = Unistd.lseek(_handle, offset, Unistd.SEEK_HOLE);
            return (hole > offset ? Math.Min(hole - offset, length) : length, false);
        }

        // man 2 lseek: ENXIO means that there is no data up to the end of the file, or that the file ends before the offset. Since the end is
        // read after that, a file that shrinks meanwhile can only make the hole shorter.
        var left = Unistd.lseek(_handle, 0, Unistd.SEEK_END) - offset;
        if (left <= 0 || (data < 0 && !isBeforeEnd))
        {
            return (length, false);
        }

        return (Math.Min(data > offset ? data - offset : left, Math.Min(left, length)), true);
    }

    // A file that shrank grows again, as a plain write would make it; fallocate (with KEEP_SIZE) would leave its end where it is.
    private void GrowTo(long end)
    {
        if (!IsBlockSpecial && Unistd.lseek(_handle, 0, Unistd.SEEK_END) is >= 0 and var present && present < end)
        {
            Write(end - 1, s_zeroes.AsSpan(0, 1));
        }
    }

    // File systems report EOPNOTSUPP; drivers, FUSE and network file systems report EINVAL, ENOSYS, ENODEV or ENOTTY.
    private static bool IsInability(int errno) => errno is Errno.EOPNOTSUPP or Errno.EINVAL or Errno.ENOSYS or Errno.ENODEV or Errno.ENOTTY;

    private bool TryZeroRange(long offset, long length, bool keepAllocated, bool onlyIfFast)
    {
        // On a block device, PUNCH_HOLE zeroes only if the device does it by itself; ZERO_RANGE lets the kernel write
        // the zeroes otherwise (block/fops.c), which is slow.
        if (!keepAllocated && TryFallocate(Fcntl.FALLOC_FL_PUNCH_HOLE, offset, length))
        {
            return true;
        }

        var isSlow = IsBlockSpecial && !CanOffloadZeroes;
        return !(isSlow && onlyIfFast) && TryFallocate(Fcntl.FALLOC_FL_ZERO_RANGE, offset, length);
    }

    private bool TryFallocate(int mode, long offset, long length)
    {
        int errno;
        do
        {
            if (Fcntl.fallocate(_handle, mode | Fcntl.FALLOC_FL_KEEP_SIZE, offset, length) == 0)
            {
                return true;
            }

            errno = Marshal.GetLastPInvokeError();
        }
        while (errno == Errno.EINTR);

        return IsInability(errno)
            ? false
            : throw new LinuxException($"fallocate({Path}, mode {mode}, {length} bytes at {offset})", errno);
    }

    private void WriteZeroBytes(long offset, long length)
    {
        while (length > 0)
        {
            var count = (int)Math.Min(length, ZeroBlockSize);
            Write(offset, s_zeroes.AsSpan(0, count));
            offset += count;
            length -= count;
        }
    }

    private long AlignUp(long offset) => (offset + LogicalSectorSize - 1) / LogicalSectorSize * LogicalSectorSize;

    private long AlignDown(long offset) => offset / LogicalSectorSize * LogicalSectorSize;
}
