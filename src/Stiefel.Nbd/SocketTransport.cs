using System.Diagnostics;
using System.Net.Sockets;

namespace Stiefel.Nbd;

/// <summary>A connected TCP socket in blocking mode, with the kernel's own timeouts.</summary>
internal sealed class SocketTransport : NbdTransport
{
    private readonly Socket _socket;
    private TimeSpan _timeout;

    public SocketTransport(Socket socket, TimeSpan keepAlive)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        _socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)keepAlive.TotalSeconds);
        _socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        _socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 6);
    }

    public override TimeSpan Timeout
    {
        set
        {
            _timeout = value;
            int milliseconds = Math.Max(1, (int)value.TotalMilliseconds);
            _socket.ReceiveTimeout = milliseconds;
            _socket.SendTimeout = milliseconds;
        }
    }

    public override bool HasUnread => _socket.Available > 0;

    public override int Receive(Span<byte> buffer)
    {
        try
        {
            return _socket.Receive(buffer);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw new TimeoutException("the client sent nothing for too long", e);
        }
    }

    public override void Send(ReadOnlySpan<byte> data)
    {
        // A client that reads a byte now and then makes every call succeed in part: the whole must be done in time too.
        long start = Stopwatch.GetTimestamp();
        try
        {
            data = data[_socket.Send(data)..];
            while (data.Length > 0)
            {
                if (Stopwatch.GetElapsedTime(start) > _timeout)
                {
                    throw new TimeoutException("the client reads its replies too slowly");
                }

                data = data[_socket.Send(data)..];
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw new TimeoutException("the client does not read its replies", e);
        }
    }

    public override void Interrupt()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already gone, which is what was wanted.
        }
    }

    protected override void Dispose(bool disposing) => _socket.Dispose();
}
