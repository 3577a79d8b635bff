using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>
/// Two connected local sockets for a process and its child, which keep messages apart (man 2 socketpair, SOCK_SEQPACKET in man 7 unix). Each process sees
/// the end of the other, however it ends: no message is needed for it.
/// </summary>
public static unsafe class SocketPair
{
    /// <summary>Makes the pair; no child inherits either end. Throws <see cref="LinuxException"/>.</summary>
    /// <returns>This process's end, and the child's, to be passed by <see cref="InheritedDescriptor"/> and closed here.</returns>
    public static (Socket Ours, SafeFileHandle Theirs) Make()
    {
        var ends = stackalloc int[2];
        if (SysSocket.socketpair(SysSocket.AF_UNIX, SysSocket.SOCK_SEQPACKET | SysSocket.SOCK_CLOEXEC, 0, ends) != 0)
        {
            throw LinuxException.FromLastError("socketpair(AF_UNIX, SOCK_SEQPACKET)");
        }

        return (Of(ends[0]), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>Takes a socket that a parent process passed on; this process's own children do not inherit it.</summary>
    public static Socket Adopt(int descriptor)
    {
        _ = Fcntl.fcntl(descriptor, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        return Of(descriptor);
    }

    /// <summary>Takes a socket that came in a message.</summary>
    public static Socket Adopt(SafeFileHandle received)
    {
        var descriptor = (int)received.DangerousGetHandle();
        received.SetHandleAsInvalid();
        return Of(descriptor);
    }

    private static Socket Of(int descriptor) => new(new SafeSocketHandle(descriptor, ownsHandle: true));
}
