using System.Net;
using System.Net.Sockets;

namespace Stiefel.Nbd.Connections;

/// <summary>One listening socket with its accepting thread.</summary>
internal sealed class NbdListener : IDisposable
{
    // Large enough that a client that connects during a flood waits in the queue instead of for TCP's retransmission.
    private const int Backlog = 1024;
    private const int ThreadStack = 256 * 1024;

    // Pause when descriptors or memory run out: retrying at once would only burn the processor.
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromMilliseconds(200);

    private readonly Socket _socket;
    private readonly Action<Socket> _accepted;
    private readonly Thread _thread;
    private volatile bool _isStopping;

    /// <param name="listening">A listening socket of any family; this object owns it from now on.</param>
    /// <param name="accepted">Called with each client's socket, on this listener's thread.</param>
    public NbdListener(Socket listening, Action<Socket> accepted)
    {
        _accepted = accepted;
        _socket = listening;
        EndPoint = _socket.LocalEndPoint!;
        _thread = new Thread(Accept, ThreadStack) { IsBackground = true, Name = $"nbd {EndPoint}" };
        _thread.Start();
    }

    /// <summary>The end point as bound; a requested port 0 is replaced by the actual port.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Makes a socket that listens for TCP connections.</summary>
    /// <param name="endPoint">The address and port to bind; throws <see cref="SocketException"/> if the port is taken.</param>
    public static Socket Listen(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Stops listening; returns once no further client is accepted.</summary>
    public void Dispose()
    {
        _isStopping = true;
        _socket.Dispose();
        _thread.Join();
    }

    private void Accept()
    {
        while (!_isStopping)
        {
            try
            {
                _accepted(_socket.Accept());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException && _isStopping)
            {
                return;
            }
            catch (SocketException)
            {
                // Either a client reset its connection in the backlog, or resources are short; both pass.
                Thread.Sleep(s_pauseAfterFailure);
            }
        }
    }
}
