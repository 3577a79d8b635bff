using System.Net;
using System.Net.Sockets;

namespace Stiefel.Nbd.Connections;

/// <summary>One listening socket with its accepting thread.</summary>
internal sealed class NbdListener : IDisposable
{
    // A client that connects in a flood waits until that many are accepted, and not for a second try of TCP.
    private const int Backlog = 1024;
    private const int ThreadStack = 256 * 1024;

    // Out of descriptors or memory: to try again at once would only burn the processor.
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromMilliseconds(200);

    private readonly Socket _socket;
    private readonly Action<Socket> _accepted;
    private readonly Thread _thread;
    private volatile bool _isStopping;

    /// <param name="listening">A listening socket of any family; owned from now on.</param>
    /// <param name="accepted">Takes each client; called on this listener's thread.</param>
    public NbdListener(Socket listening, Action<Socket> accepted)
    {
        _accepted = accepted;
        _socket = listening;
        EndPoint = _socket.LocalEndPoint!;
        _thread = new Thread(Accept, ThreadStack) { IsBackground = true, Name = $"nbd {EndPoint}" };
        _thread.Start();
    }

    /// <summary>As bound, with the port that port 0 became.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Listens for TCP.</summary>
    /// <param name="endPoint">Where; a taken port throws <see cref="SocketException"/>.</param>
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

    /// <summary>Returns when nothing more is accepted.</summary>
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
                // A reset in the backlog is the client's affair; the rest passes.
                Thread.Sleep(s_pauseAfterFailure);
            }
        }
    }
}
