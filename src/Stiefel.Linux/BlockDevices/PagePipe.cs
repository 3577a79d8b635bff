using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// A pipe that carries pages of the page cache from a file to a socket without copying them (man 2 splice). For one thread.
/// Pages in it are lent, not copied: a write to the same part of the file before the pages have left the pipe changes them.
/// </summary>
public sealed unsafe class PagePipe : IDisposable
{
    // splice moves pages to a socket in batches since Linux 6.5. Before that it goes page by page, which is slower than copying.
    private static readonly Version s_batchesSince = new(6, 5);

    private readonly SafeFileHandle _output;
    private readonly SafeFileHandle _input;

    private PagePipe(SafeFileHandle output, SafeFileHandle input, int capacity)
    {
        _output = output;
        _input = input;
        Capacity = capacity;
    }

    /// <summary>The bytes it holds if they begin on a page boundary; a partial page takes the place of a whole one.</summary>
    public int Capacity { get; }

    /// <summary>Bytes in it now.</summary>
    public int Length { get; private set; }

    /// <summary>Makes a pipe of at least the given capacity in bytes; null if the kernel refuses, or is too old for it to pay off.</summary>
    public static PagePipe? TryCreate(int capacity)
    {
        if (Environment.OSVersion.Version < s_batchesSince)
        {
            return null;
        }

        var ends = stackalloc int[2];
        if (Unistd.pipe2(ends, Fcntl.O_CLOEXEC) != 0)
        {
            return null;
        }

        var output = new SafeFileHandle(ends[0], ownsHandle: true);
        var input = new SafeFileHandle(ends[1], ownsHandle: true);
        if (Fcntl.fcntl(input, Fcntl.F_SETPIPE_SZ, (nint)capacity) >= capacity)
        {
            return new PagePipe(output, input, capacity);
        }

        output.Dispose();
        input.Dispose();
        return null;
    }

    /// <summary>
    /// Takes in pages of the file, which are read from the medium if they are not cached. Returns the bytes taken, 0 at the
    /// end of the file, or the negative error number; EAGAIN means that the pipe is full.
    /// </summary>
    internal int Fill(SafeFileHandle file, long offset, int length)
    {
        var count = Splice(file, &offset, _input, length, SysSplice.SPLICE_F_NONBLOCK);
        Length += Math.Max(0, count);
        return count;
    }

    /// <summary>Sends pages to the socket. Returns the bytes sent, at most all, or the negative error number; EAGAIN means that the socket's timeout expired.</summary>
    public int SendTo(SafeHandle socket)
    {
        var count = Splice(_output, null, socket, Length, 0);
        Length -= Math.Max(0, count);
        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output.Dispose();
        _input.Dispose();
    }

    private static int Splice(SafeHandle from, long* offset, SafeHandle to, int length, uint flags)
    {
        nint count;
        do
        {
            count = SysSplice.splice(from, offset, to, null, (nuint)length, flags);
        }
        while (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

        return count < 0 ? -Marshal.GetLastPInvokeError() : (int)count;
    }
}
