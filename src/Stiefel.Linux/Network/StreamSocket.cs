using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Network;

/// <summary>
/// recv and send (man 2 recv, man 2 send) on a connected stream socket in blocking mode, without what the runtime's sockets
/// add. Each returns the bytes moved, or the negative error number: EAGAIN after the socket's own timeout.
/// </summary>
public static unsafe class StreamSocket
{
    /// <summary>Waits for at least one byte; 0 = the peer closed.</summary>
    public static int Receive(SafeHandle socket, Span<byte> buffer) => Receive(socket, buffer, 0);

    /// <summary>What is there; EAGAIN if that is nothing.</summary>
    public static int TryReceive(SafeHandle socket, Span<byte> buffer) => Receive(socket, buffer, SysSocket.MSG_DONTWAIT);

    /// <summary>May send less than all. With more to follow, the last packet may wait for it (MSG_MORE).</summary>
    public static int Send(SafeHandle socket, ReadOnlySpan<byte> data, bool moreFollows = false)
    {
        fixed (byte* start = data)
        {
            nint count;
            do
            {
                count = SysSocket.send(socket, start, (nuint)data.Length, SysSocket.MSG_NOSIGNAL | (moreFollows ? SysSocket.MSG_MORE : 0));
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

            return count < 0 ? -Marshal.GetLastPInvokeError() : (int)count;
        }
    }

    private static int Receive(SafeHandle socket, Span<byte> buffer, int flags)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
            {
                count = SysSocket.recv(socket, start, (nuint)buffer.Length, flags);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

            return count < 0 ? -Marshal.GetLastPInvokeError() : (int)count;
        }
    }
}
