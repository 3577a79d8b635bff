using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

// Reads that are served from the page cache.
public sealed partial class BlockDevice
{
    private volatile bool _cannotAsk;

    /// <summary>
    /// Fills the buffer if this needs no waiting for the medium (RWF_NOWAIT, man 2 preadv2); false leaves its contents
    /// undefined. If the file system cannot tell, this waits and returns true. Errors are left for <see cref="Read"/> to throw.
    /// </summary>
    public unsafe bool TryReadCached(long offset, Span<byte> buffer)
    {
        if (!_cannotAsk)
        {
            fixed (byte* start = buffer)
            {
                var part = new Unistd.iovec { iov_base = start, iov_len = (nuint)buffer.Length };
                var count = Unistd.preadv2(_handle, &part, 1, offset, Unistd.RWF_NOWAIT);
                if (count >= 0 || Marshal.GetLastPInvokeError() != Errno.EOPNOTSUPP)
                {
                    return count == buffer.Length;
                }
            }

            _cannotAsk = true;
        }

        Read(offset, buffer);
        return true;
    }

    /// <summary>
    /// Lends the range's pages of the page cache to the pipe, which must be empty, and reads missing pages from the medium first. False if this
    /// file cannot do so or the pipe is too small: the pipe may then hold part of the range and must be discarded. Throws like <see cref="Read"/>.
    /// </summary>
    public bool TryLend(long offset, int length, PagePipe pipe)
    {
        while (pipe.Length < length)
        {
            var count = pipe.Fill(_handle, offset + pipe.Length, length - pipe.Length);
            switch (-count)
            {
                case < 0:
                    continue;
                case 0:
                    throw new LinuxException($"splice({Path}, {length - pipe.Length} bytes at {offset + pipe.Length})", Errno.EIO);
                case Errno.EAGAIN or Errno.EINVAL:
                    return false;
                default:
                    throw new LinuxException($"splice({Path}, {length - pipe.Length} bytes at {offset + pipe.Length})", -count);
            }
        }

        return true;
    }
}
