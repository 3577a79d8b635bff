using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>A child tells its parent that it is ready: one byte through a pipe, or the pipe's end if it died before.</summary>
public sealed unsafe class ReadyPipe : IDisposable
{
    private readonly SafeFileHandle _read;
    private readonly SafeFileHandle _write;

    /// <summary>The write end is inherited by every child until <see cref="WaitForChild"/>.</summary>
    public ReadyPipe()
    {
        var ends = stackalloc int[2];
        if (Unistd.pipe2(ends, Fcntl.O_CLOEXEC) != 0)
        {
            throw LinuxException.FromLastError("pipe2(O_CLOEXEC)");
        }

        _read = new(ends[0], ownsHandle: true);

        // The copy has no close-on-exec: the child is to inherit the write end alone.
        using var write = new SafeFileHandle(ends[1], ownsHandle: true);
        _write = Unistd.dup(write);
        if (_write.IsInvalid)
        {
            throw LinuxException.FromLastError("dup(pipe)");
        }
    }

    /// <summary>The write end's number, to be told to the child.</summary>
    public string ChildsEnd => ((int)_write.DangerousGetHandle()).ToString(CultureInfo.InvariantCulture);

    /// <summary>The child's part: says so and closes the pipe.</summary>
    public static void TellReady(int childsEnd)
    {
        using var write = new SafeFileHandle(childsEnd, ownsHandle: true);
        _ = Descriptor.Write(write, [1]);
    }

    /// <summary>The parent's part: true once the child is ready, false if it ended before it was.</summary>
    public bool WaitForChild()
    {
        _write.Dispose();
        Span<byte> word = stackalloc byte[1];
        return Descriptor.Read(_read, word) == 1;
    }

    public void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
    }
}
