using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>Lets a child tell its parent that it is ready, by one byte through a pipe; if the child dies first, the parent sees the pipe's end.</summary>
public sealed unsafe class ReadyPipe : IDisposable
{
    private readonly SafeFileHandle _read;
    private readonly SafeFileHandle _write;

    /// <summary>Makes the pipe. Child processes started before <see cref="WaitForChild"/> inherit the write end.</summary>
    public ReadyPipe()
    {
        var ends = stackalloc int[2];
        if (Unistd.pipe2(ends, Fcntl.O_CLOEXEC) != 0)
        {
            throw LinuxException.FromLastError("pipe2(O_CLOEXEC)");
        }

        _read = new(ends[0], ownsHandle: true);

        // dup does not copy close-on-exec, so the child inherits only the write end.
        using var write = new SafeFileHandle(ends[1], ownsHandle: true);
        _write = Unistd.dup(write);
        if (_write.IsInvalid)
        {
            throw LinuxException.FromLastError("dup(pipe)");
        }
    }

    /// <summary>The write end's number, to be passed to the child.</summary>
    public string ChildsEnd => ((int)_write.DangerousGetHandle()).ToString(CultureInfo.InvariantCulture);

    /// <summary>Called by the child: reports that it is ready and closes the pipe.</summary>
    public static void TellReady(int childsEnd)
    {
        using var write = new SafeFileHandle(childsEnd, ownsHandle: true);
        _ = Descriptor.Write(write, [1]);
    }

    /// <summary>Called by the parent: true once the child is ready, false if the child ended first.</summary>
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
