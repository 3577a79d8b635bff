using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Client;

namespace Stiefel.Attach.Agent;

/// <summary>A connection that has finished its handshake and can be handed to the kernel, which then keeps it open after this object is disposed of.</summary>
internal sealed class ServerConnection : IDisposable
{
    // tcp(7), linux/tcp.h.
    private const int ProtocolTcp = 6;
    private const int TcpSynCount = 7;
    private const int TcpUserTimeout = 18;

    // Three tries within seven seconds to reach the server; then the caller looks at the link again.
    private const int ConnectRetries = 2;

    // The range of ports that rresvport(3) uses.
    private const int FirstReservedPort = 600;
    private const int FirstUnprivilegedPort = 1024;
    private const int ReservedPortTries = 8;

    private const int HandshakeMilliseconds = 10_000;

    /// <summary>The time allowed for a flush, long enough for a slow disk with a full cache.</summary>
    internal const int FlushMilliseconds = 120_000;

    // These notice a peer that vanished within 15 s, whether data is under way or not.
    private const int UnacknowledgedMilliseconds = 15_000;
    private const int KeepAliveAfterSeconds = 5;
    private const int KeepAliveEverySeconds = 3;
    private const int KeepAliveProbes = 3;

    private ServerConnection(Socket socket, NbdExportInfo export)
    {
        Socket = socket;
        Export = export;
    }

    internal Socket Socket { get; }

    internal NbdExportInfo Export { get; }

    /// <summary>Connects and finishes the handshake. Throws <see cref="SocketException"/> if the server cannot be reached, <see cref="Stiefel.Nbd.NbdProtocolException"/> if it refuses.</summary>
    /// <param name="server">The block server.</param>
    /// <param name="exportName">The export's name, which is the session's capability.</param>
    /// <param name="generation">The connection's number, from <see cref="ConnectionGenerations"/>.</param>
    internal static ServerConnection Open(IPEndPoint server, string exportName, ulong generation)
    {
        var socket = Dial(server);
        try
        {
            var export = NbdClientHandshake.Connect(socket, exportName, generation);
            PrepareForKernel(socket);
            return new(socket, export);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects, with the time-outs of a handshake. Throws <see cref="SocketException"/> if the server cannot be reached.</summary>
    internal static Socket Dial(IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.ReceiveTimeout = socket.SendTimeout = HandshakeMilliseconds;
            LimitCall(socket);
            BindToReservedPort(socket, server.AddressFamily);
            socket.Connect(server);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Limits connecting to a few seconds, in case the laptop is away.</summary>
    internal static void LimitCall(Socket socket) => SetTcpOption(socket, TcpSynCount, ConnectRetries);

    public void Dispose() => Socket.Dispose();

    /// <summary>
    /// Uses a port that only root may bind: the laptop reserves some of its connections for those, so that no user of this desktop can keep the disk
    /// from connecting. An ordinary port works too.
    /// </summary>
    private static void BindToReservedPort(Socket socket, AddressFamily family)
    {
        var any = family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        for (var tries = 0; tries < ReservedPortTries; tries++)
        {
            try
            {
                socket.Bind(new IPEndPoint(any, Random.Shared.Next(FirstReservedPort, FirstUnprivilegedPort)));
                return;
            }
            catch (SocketException)
            {
                // Another program uses this port.
            }
        }
    }

    private static void PrepareForKernel(Socket socket)
    {
        // The kernel's client would take a receive time-out as the end of the connection.
        socket.ReceiveTimeout = socket.SendTimeout = 0;
        SetTcpOption(socket, TcpUserTimeout, UnacknowledgedMilliseconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveAfterSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveEverySeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
    }

    private static void SetTcpOption(Socket socket, int option, int value) =>
        socket.SetRawSocketOption(ProtocolTcp, option, BitConverter.GetBytes(value));
}
