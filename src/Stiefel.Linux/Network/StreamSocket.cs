using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Network;

/// <summary>
/// recv and send (man 2 recv, man 2 send) on a connected stream socket in blocking mode, without the overhead of .NET's
/// sockets. Each returns the number of bytes, or the negative error number; EAGAIN means that the socket's timeout expired.
/// </summary>
public static unsafe class StreamSocket
{
    /// <summary>Waits for at least one byte; returns 0 if the peer has closed.</summary>
    public static int Receive(SafeHandle socket, Span<byte> buffer) => Receive(socket, buffer, 0);

    /// <summary>Receives what is there without waiting; EAGAIN if nothing is.</summary>
    public static int TryReceive(SafeHandle socket, Span<byte> buffer) => Receive(socket, buffer, SysSocket.MSG_DONTWAIT);

    /// <summary>Sends; may send only a part. If more follows, the kernel may hold back the last packet until then (MSG_MORE).</summary>
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
