using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transport;

namespace Stiefel.Nbd.Connections;

/// <summary>Serves exports over TCP and Unix domain sockets (proto.md), with one blocking thread for each connection.</summary>
public sealed class NbdServer : IAsyncDisposable
{
    private const int ThreadStack = 256 * 1024;

    private readonly NbdServerOptions _options;
    private readonly IExportResolver _resolver;
    private readonly INbdServerLog? _log;
    private readonly ConnectionTable _table;
    private readonly Lock _lock = new();
    private readonly List<NbdListener> _listeners = [];
    private long _lastId;

    /// <param name="options">Limits.</param>
    /// <param name="resolver">Decides which names are exports.</param>
    /// <param name="log">Receives the server's events; null to discard them.</param>
    public NbdServer(NbdServerOptions options, IExportResolver resolver, INbdServerLog? log = null)
    {
        options.Validate();
        _options = options;
        _resolver = resolver;
        _log = log;
        _table = new ConnectionTable(options, resolver);
    }

    /// <summary>The connections that are in the transmission phase.</summary>
    public IReadOnlyList<NbdConnectionStatus> Connections => _table.Describe();

    /// <summary>The work of all connections, including those that have ended.</summary>
    public NbdTotals Totals => _table.Totals;

    /// <summary>
    /// Listens at the end point; may be called for several end points. Returns the end point as bound, with the actual port in
    /// place of port 0. Throws <see cref="SocketException"/> if the port is taken.
    /// </summary>
    public Task<IPEndPoint> StartAsync(IPEndPoint endPoint, CancellationToken token = default)
    {
        token.ThrowIfCancellationRequested();
        return Task.FromResult((IPEndPoint)Serve(NbdListener.Listen(endPoint)));
    }

    /// <summary>Serves the clients of a socket that already listens: one made by <see cref="UnixListener"/>, or one that this process inherited.</summary>
    /// <param name="listening">The socket; the server owns it from now on.</param>
    /// <returns>The end point at which the socket listens.</returns>
    public EndPoint Serve(Socket listening)
    {
        var listener = new NbdListener(listening, Accept);
        lock (_lock)
        {
            _listeners.Add(listener);
        }

        return listener.EndPoint;
    }

    /// <summary>Stops listening at an end point that <see cref="StartAsync"/> returned; connections made there continue.</summary>
    public void StopListening(IPEndPoint bound)
    {
        NbdListener? listener;
        lock (_lock)
        {
            listener = _listeners.Find(l => l.EndPoint.Equals(bound));
            if (listener is not null)
            {
                _listeners.Remove(listener);
            }
        }

        listener?.Dispose();
    }

    /// <summary>Stops listening and ends every connection; completes once none of them can write any more.</summary>
    public Task StopAsync(CancellationToken token = default) => Task.Run(Stop, CancellationToken.None).WaitAsync(token);

    /// <summary>
    /// Fences an export: ends all its connections and returns only when none of them can write any more, which may take as
    /// long as the disk needs to finish its current commands. Make the resolver forget the name first, so that no new
    /// connection to the export can appear afterwards.
    /// </summary>
    /// <returns>The number of connections that were ended.</returns>
    public int DropConnections(string exportName) => _table.Drop(exportName);

    /// <summary>Does what <see cref="StopAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    private void Stop()
    {
        NbdListener[] listeners;
        lock (_lock)
        {
            listeners = [.. _listeners];
            _listeners.Clear();
        }

        foreach (var listener in listeners)
        {
            listener.Dispose();
        }

        _table.Close();
    }

    private void Accept(Socket socket)
    {
        EndPoint remote;
        SocketTransport transport;
        try
        {
            // The client's end of a Unix domain socket has no name, so use the server's.
            remote = socket.AddressFamily == AddressFamily.Unix ? socket.LocalEndPoint! : socket.RemoteEndPoint!;
            transport = new SocketTransport(socket, _options.KeepAlive, _options.CongestionControl);
        }
        catch (SocketException)
        {
            // The client disconnected right after it was accepted.
            socket.Dispose();
            return;
        }

        var connection = new NbdConnection(Interlocked.Increment(ref _lastId), remote, transport, _table, _options, _resolver, _log);
        if (!_table.TryAdd(connection))
        {
            transport.Dispose();
            return;
        }

        try
        {
            connection.Start(ThreadStack);
        }
        catch (OutOfMemoryException e)
        {
            _table.Remove(connection);
            transport.Dispose();
            _log?.Refused(remote, $"the system cannot create a thread for another client: {e.Message}");
        }
    }
}
