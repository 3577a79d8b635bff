using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// A pipe that holds references to pages of the page cache (man 2 splice): from a disk to a socket without a copy. What is in
/// it can be sent, whatever happens to the disk. For one thread.
/// </summary>
public sealed unsafe class PagePipe : IDisposable
{
    private const int PageSize = 4096;

    private readonly SafeFileHandle _exit;
    private readonly int _pages;

    private PagePipe(SafeFileHandle exit, SafeFileHandle entrance, int pages)
    {
        _exit = exit;
        Entrance = entrance;
        _pages = pages;
    }

    /// <summary>Bytes in it.</summary>
    public int Length { get; internal set; }

    internal SafeFileHandle Entrance { get; }

    /// <summary>
    /// A pipe for so many bytes, or for fewer if the system allows no more (man 7 pipe, /proc/sys/fs/pipe-max-size); null if
    /// there is none to be had.
    /// </summary>
    public static PagePipe? TryCreate(int bytes)
    {
        int* ends = stackalloc int[2];
        if (Unistd.pipe2(ends, Fcntl.O_CLOEXEC) != 0)
        {
            return null;
        }

        var exit = new SafeFileHandle(ends[0], ownsHandle: true);
        var entrance = new SafeFileHandle(ends[1], ownsHandle: true);

        // Over the limit of this user it keeps the size it has.
        _ = Fcntl.fcntl(entrance, Fcntl.F_SETPIPE_SZ, bytes);
        return new PagePipe(exit, entrance, Math.Max(1, Fcntl.fcntl(entrance, Fcntl.F_GETPIPE_SZ, 0) / PageSize));
    }

    /// <summary>Most bytes from that offset of a disk that an empty pipe can hold: a part of a page takes as much room as a whole one.</summary>
    public int RoomFrom(long offset) => (_pages * PageSize) - (int)(offset % PageSize);

    /// <summary>Moves as much as one call can into the socket, which waits as its SO_SNDTIMEO says; returns the bytes moved, or the negative error number.</summary>
    public int MoveTo(SafeHandle socket)
    {
        nint count = Fcntl.splice(_exit, null, socket, null, (nuint)Length, 0);
        if (count < 0)
        {
            return -Marshal.GetLastPInvokeError();
        }

        Length -= (int)count;
        return (int)count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _exit.Dispose();
        Entrance.Dispose();
    }
}
