using System.Net;
using System.Net.Sockets;
using Stiefel.Protocol;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The way to the laptop's control plane out of the laptop's system on this desktop, which cannot reach the link: what connects to its loopback at the port of
/// the control plane is passed on, byte for byte, through the tunnel. TLS goes from end to end; nothing is looked into. One thread for all, with a bounded
/// number of connections and bounded buffers, since their memory is locked; for one too many, the one that was idle longest is ended.
/// </summary>
internal sealed class ControlPassage
{
    /// <summary>At once: a browser takes six.</summary>
    internal const int MaxConnections = 16;

    // The agent's stacks are locked memory.
    private const int StackBytes = 256 * 1024;
    private const int Backlog = 8;
    private const int SelectForEver = -1;

    // linux/in.h and linux/in6.h: the loopback has no address yet when the agent starts.
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

    /// <summary>Opens both doors, and passes on from a thread of its own what comes; what cannot be opened is said.</summary>
    /// <param name="link">The loopback is outside.</param>
    /// <param name="laptop">Where the control plane is; null as long as the laptop is away.</param>
    /// <param name="say">For the kernel's log.</param>
    internal static void Start(LinkNamespace link, Func<IPEndPoint?> laptop, Action<string> say)
    {
        try
        {
            link.Outside(() => Open(WellKnownPorts.Admin, laptop)).Begin();
        }
        catch (SocketException exception)
        {
            say($"the laptop's control plane cannot be had at port {WellKnownPorts.Admin} of this system: {exception.Message}");
        }
    }

    /// <summary>Takes the port on the loopback, where the calling thread is.</summary>
    internal static ControlPassage Open(int port, Func<IPEndPoint?> laptop)
    {
        List<Socket> doors = [Listen(IPAddress.Loopback, port, ProtocolIp, IpFreeBind)];
        try
        {
            doors.Add(Listen(IPAddress.IPv6Loopback, port, ProtocolIpv6, Ipv6FreeBind));
        }
        catch (SocketException)
        {
            // A system without IPv6.
        }

        return new ControlPassage(doors, laptop);
    }

    /// <summary>Where it listens.</summary>
    internal int Port => ((IPEndPoint)_doors[0].LocalEndPoint!).Port;

    /// <summary>Passes on from now on.</summary>
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
                // No memory or no descriptor for a moment.
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
        // Some at a time: those that are open already must not wait for a crowd at the door.
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
