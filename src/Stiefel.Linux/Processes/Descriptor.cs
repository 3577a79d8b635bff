using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>
/// Plain read and write (man 2 read, man 2 write) for pipes, terminals and the kernel's log. They treat the data of one call as one
/// message, and .NET's file API refuses them or splits the data differently.
/// </summary>
public static unsafe class Descriptor
{
    private const int StandardError = 2;

    /// <summary>Reads with one call; returns the number of bytes, 0 at the end. Throws <see cref="LinuxException"/>.</summary>
    public static int Read(SafeFileHandle descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Unistd.read(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                ThrowUnlessInterrupted("read");
            }
        }
    }

    /// <summary>Writes with one call; returns the number of bytes written. Throws <see cref="LinuxException"/>; EAGAIN if a non-blocking terminal is full.</summary>
    public static int Write(SafeFileHandle descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            while (true)
            {
                var count = Unistd.write(descriptor, start, (nuint)bytes.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                ThrowUnlessInterrupted($"write({bytes.Length} bytes)");
            }
        }
    }

    /// <summary>
    /// Opens /dev/null as each of standard input, output and error that is closed. Call this before opening anything else: a file that got such a number
    /// would receive log output.
    /// </summary>
    public static void FillStandard()
    {
        for (var number = 0; number <= StandardError; number++)
        {
            if (Fcntl.fcntl(number, Fcntl.F_GETFD, 0) < 0)
            {
                // open returns the lowest free number (man 2 open), which is this one. It stays open.
                _ = Fcntl.open_number("/dev/null", Fcntl.O_RDWR, 0);
            }
        }
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        if (errno != Errno.EINTR)
        {
            throw new LinuxException(call, errno);
        }
    }
}
