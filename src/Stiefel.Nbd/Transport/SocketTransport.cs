using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;

namespace Stiefel.Nbd.Transport;

/// <summary>A connected TCP or Unix domain socket in blocking mode, with the kernel's own timeouts.</summary>
internal sealed class SocketTransport : NbdTransport
{
    // netinet/in.h, netinet/tcp.h
    private const int IPPROTO_TCP = 6;
    private const int TCP_CONGESTION = 13;

    private const string DoesNotRead = "the client stopped reading its replies";

    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;
    private TimeSpan _timeout;

    /// <param name="socket">The socket; this object owns it from now on.</param>
    /// <param name="keepAlive">Idle time after which TCP probes the peer, every 10 s and six times, before it declares the connection dead.</param>
    /// <param name="congestionControl">TCP congestion control algorithm, used if the kernel has it; null = the system's default.</param>
    public SocketTransport(Socket socket, TimeSpan keepAlive, string? congestionControl)
    {
        _socket = socket;
        _handle = socket.SafeHandle;
        if (socket.AddressFamily == AddressFamily.Unix)
        {
            return;
        }

        _socket.NoDelay = true;
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        _socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)keepAlive.TotalSeconds);
        _socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        _socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 6);
        if (congestionControl is not null)
        {
            ChooseCongestionControl(congestionControl);
        }
    }

    public override TimeSpan Timeout
    {
        set
        {
            _timeout = value;
            var milliseconds = Math.Max(1, (int)value.TotalMilliseconds);
            _socket.ReceiveTimeout = milliseconds;
            _socket.SendTimeout = milliseconds;
        }
    }

    public override bool HasUnread => _socket.Available > 0;

    public override int Receive(Span<byte> buffer)
    {
        var received = StreamSocket.Receive(_handle, buffer);
        return received >= 0 ? received : throw Failure(-received, "the client sent nothing for too long");
    }

    public override int ReceiveArrived(Span<byte> buffer) => Math.Max(0, StreamSocket.TryReceive(_handle, buffer));

    public override bool CanLend => true;

    public override void Send(ReadOnlySpan<byte> data) => Send(data, moreFollows: false);

    public override void Send(ReadOnlySpan<byte> data, PagePipe pages)
    {
        Send(data, moreFollows: true);
        var start = Stopwatch.GetTimestamp();
        while (pages.Length > 0)
        {
            var sent = pages.SendTo(_handle);
            if (sent < 0)
            {
                throw Failure(-sent, DoesNotRead);
            }

            ThrowIfTooSlow(start, pages.Length);
        }
    }

    private void Send(ReadOnlySpan<byte> data, bool moreFollows)
    {
        // Limit the whole send as well: a client that reads a byte now and then makes every single call succeed in part.
        var start = Stopwatch.GetTimestamp();
        while (data.Length > 0)
        {
            var sent = StreamSocket.Send(_handle, data, moreFollows);
            data = sent >= 0 ? data[sent..] : throw Failure(-sent, DoesNotRead);
            ThrowIfTooSlow(start, data.Length);
        }
    }

    private void ThrowIfTooSlow(long start, int unsent)
    {
        if (unsent > 0 && Stopwatch.GetElapsedTime(start) > _timeout)
        {
            throw new TimeoutException("the client reads its replies too slowly");
        }
    }

    private void ChooseCongestionControl(string algorithm)
    {
        try
        {
            _socket.SetRawSocketOption(IPPROTO_TCP, TCP_CONGESTION, Encoding.ASCII.GetBytes(algorithm));
        }
        catch (SocketException)
        {
            // This kernel lacks the algorithm; the system's default is slower at worst.
        }
    }

    private static Exception Failure(int errno, string timedOut) => errno switch
    {
        Errno.EAGAIN => new TimeoutException(timedOut),
        Errno.EPIPE or Errno.ECONNRESET => new SocketException((int)SocketError.ConnectionReset),
        _ => new SocketException((int)SocketError.SocketError, $"the connection failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})"),
    };

    public override void Interrupt()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The socket is already closed.
        }
    }

    protected override void Dispose(bool disposing) => _socket.Dispose();
}
