using System.Runtime.InteropServices;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

// Reading what is in memory already: by copy without waiting, or by reference.
public sealed partial class BlockDevice
{
    private readonly Lazy<bool> _lendsPages;
    private volatile bool _cannotAsk;

    /// <summary>
    /// Fills the buffer if that needs no waiting for the medium (RWF_NOWAIT, man 2 preadv2); false leaves its contents
    /// undefined. Where the file system cannot tell it waits, and returns true. Errors are left for <see cref="Read"/> to throw.
    /// </summary>
    public unsafe bool TryReadCached(long offset, Span<byte> buffer)
    {
        if (!_cannotAsk)
        {
            fixed (byte* start = buffer)
            {
                var part = new Unistd.iovec { iov_base = start, iov_len = (nuint)buffer.Length };
                nint count = Unistd.preadv2(_handle, &part, 1, offset, Unistd.RWF_NOWAIT);
                if (count >= 0 || Marshal.GetLastPInvokeError() != EOPNOTSUPP)
                {
                    return count == buffer.Length;
                }
            }

            _cannotAsk = true;
        }

        Read(offset, buffer);
        return true;
    }

    /// <summary>The file system can lend its pages; found out by the first who asks.</summary>
    public bool LendsPages => _lendsPages.Value;

    /// <summary>
    /// Puts references to the pages that hold the range into the pipe (man 2 splice), which must have room for them; waits for
    /// the medium as <see cref="Read"/> does. After a failure a part may be in the pipe.
    /// </summary>
    public unsafe void Lend(long offset, int length, PagePipe pipe)
    {
        int done = 0;
        while (done < length)
        {
            long position = offset + done;
            nint count = Fcntl.splice(_handle, &position, pipe.Entrance, null, (nuint)(length - done), Fcntl.SPLICE_F_NONBLOCK);
            if (count > 0)
            {
                done += (int)count;
                pipe.Length += (int)count;
                continue;
            }

            int errno = count == 0 ? EIO : Marshal.GetLastPInvokeError();
            if (errno != EINTR)
            {
                throw new LinuxException($"splice({Path}, {length - done} bytes at {offset + done})", errno);
            }
        }
    }

    private bool FindWhetherPagesAreLent()
    {
        using PagePipe? pipe = Size > 0 ? PagePipe.TryCreate(1) : null;
        if (pipe is null)
        {
            return false;
        }

        try
        {
            Lend(0, 1, pipe);
            return true;
        }
        catch (LinuxException e)
        {
            // Anything but "this cannot be spliced" is a fault of the disk, told to whoever reads that place.
            return e.Errno != EINVAL;
        }
    }
}
