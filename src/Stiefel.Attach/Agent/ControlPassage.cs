using System.Net;
using System.Net.Sockets;
using Stiefel.Protocol;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Lets programs on this desktop reach the laptop's control plane although they cannot reach the link: connections to the loopback at the control plane's
/// port are passed on, byte for byte and unread, through the tunnel, which encrypts what is not TLS already. One thread serves all connections. Their
/// number and buffers are bounded, because the memory is locked; if there are too many, the one that was idle longest is closed.
/// </summary>
internal sealed class ControlPassage
{
    /// <summary>The largest number of connections at once; a browser opens six.</summary>
    internal const int MaxConnections = 16;

    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;
    private const int Backlog = 8;
    private const int SelectForEver = -1;
    private const int LaterTries = 10;

    // linux/in.h and linux/in6.h. Free binding is needed because the loopback has no address yet when the agent starts.
    private const int ProtocolIp = 0;
    private const int IpFreeBind = 15;
    private const int ProtocolIpv6 = 41;
    private const int Ipv6FreeBind = 78;

    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    private readonly List<Socket> _doors;
    private readonly Func<IPEndPoint?> _laptop;
    private readonly List<PassedConnection> _connections = [];
    private readonly List<Socket> _readable = [];
    private readonly List<Socket> _writable = [];

    private ControlPassage(List<Socket> doors, Func<IPEndPoint?> laptop) => (_doors, _laptop) = (doors, laptop);

    /// <summary>Listens on the loopback's IPv4 and IPv6 addresses and passes connections on, from a thread of its own; reports it if it cannot listen.</summary>
    /// <param name="link">The link's namespace; the loopback to listen on is outside it.</param>
    /// <param name="laptop">Returns the control plane's address; null while the laptop is away.</param>
    /// <param name="say">Writes a line to the kernel's log.</param>
    internal static void Start(LinkNamespace link, Func<IPEndPoint?> laptop, Action<string> say)
    {
        if (TryStart(link, laptop) is { } failure)
        {
            new Thread(() => StartLater(link, laptop, say, failure), StackBytes) { IsBackground = true }.Start();
        }
    }

    // An agent that was killed may still have the port for a moment.
    private static void StartLater(LinkNamespace link, Func<IPEndPoint?> laptop, Action<string> say, SocketException failure)
    {
        for (var tries = 0; tries < LaterTries; tries++)
        {
            Thread.Sleep(s_afterFailure);
            if (TryStart(link, laptop) is null)
            {
                return;
            }
        }

        say($"the laptop's control plane cannot be reached through port {WellKnownPorts.Admin} of this system: {failure.Message}");
    }

    private static SocketException? TryStart(LinkNamespace link, Func<IPEndPoint?> laptop)
    {
        try
        {
            link.Outside(() => Open(WellKnownPorts.Admin, laptop)).Begin();
            return null;
        }
        catch (SocketException exception)
        {
            return exception;
        }
    }

    /// <summary>Listens at the port on the loopback of the calling thread's network namespace.</summary>
    internal static ControlPassage Open(int port, Func<IPEndPoint?> laptop)
    {
        List<Socket> doors = [Listen(IPAddress.Loopback, port, ProtocolIp, IpFreeBind)];
        try
        {
            doors.Add(Listen(IPAddress.IPv6Loopback, port, ProtocolIpv6, Ipv6FreeBind));
        }
        catch (SocketException)
        {
            // This system has no IPv6.
        }

        return new ControlPassage(doors, laptop);
    }

    /// <summary>The port it listens at.</summary>
    internal int Port => ((IPEndPoint)_doors[0].LocalEndPoint!).Port;

    /// <summary>Starts the thread that passes connections on.</summary>
    internal void Begin() => new Thread(Run, StackBytes) { IsBackground = true }.Start();

    private static Socket Listen(IPAddress address, int port, int level, int freeBind)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetRawSocketOption(level, freeBind, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            socket.Blocking = false;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Run()
    {
        while (true)
        {
            try
            {
                WaitForWork();
                _connections.RemoveAll(static connection => !connection.GoOn());
                _doors.ForEach(AcceptAll);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
            {
                // The system is short of memory or descriptors for a moment.
                Thread.Sleep(s_afterFailure);
            }
        }
    }

    private void WaitForWork()
    {
        _readable.Clear();
        _writable.Clear();
        _readable.AddRange(_doors);
        foreach (var connection in _connections)
        {
            connection.AddWaits(_readable, _writable);
        }

        Socket.Select(_readable, _writable, null, SelectForEver);
    }

    private void AcceptAll(Socket door)
    {
        // Accept a few at a time, so that open connections do not wait for a crowd of new ones.
        for (var taken = 0; taken < Backlog && door.Poll(0, SelectMode.SelectRead); taken++)
        {
            var here = door.Accept();
            if (_laptop() is not { } laptop)
            {
                here.Dispose();
                continue;
            }

            if (_connections.Count == MaxConnections)
            {
                var idle = _connections.MinBy(static connection => connection.LastUsed)!;
                _connections.Remove(idle);
                idle.Dispose();
            }

            if (PassedConnection.TryBegin(here, laptop) is { } connection)
            {
                _connections.Add(connection);
            }
        }
    }
}
