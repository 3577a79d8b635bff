using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transport;

namespace Stiefel.Nbd.Connections;

/// <summary>Serves exports over TCP and in the file system (proto.md). One blocking thread for each connection.</summary>
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
    /// <param name="log">Told of what happens; null = nobody.</param>
    public NbdServer(NbdServerOptions options, IExportResolver resolver, INbdServerLog? log = null)
    {
        options.Validate();
        _options = options;
        _resolver = resolver;
        _log = log;
        _table = new ConnectionTable(options, resolver);
    }

    /// <summary>The connections in transmission.</summary>
    public IReadOnlyList<NbdConnectionStatus> Connections => _table.Describe();

    /// <summary>What all connections have done, those that are gone included.</summary>
    public NbdTotals Totals => _table.Totals;

    /// <summary>
    /// Listens at the end point; may be called for several. Returns it as bound, with the port that port 0 became. A taken
    /// port throws <see cref="SocketException"/>.
    /// </summary>
    public Task<IPEndPoint> StartAsync(IPEndPoint endPoint, CancellationToken token = default)
    {
        token.ThrowIfCancellationRequested();
        return Task.FromResult((IPEndPoint)Serve(NbdListener.Listen(endPoint)));
    }

    /// <summary>Serves whom a socket accepts that listens already: a <see cref="UnixListener"/>'s, or one that this process was started with.</summary>
    /// <param name="listening">Owned from now on.</param>
    /// <returns>Where it listens.</returns>
    public EndPoint Serve(Socket listening)
    {
        var listener = new NbdListener(listening, Accept);
        lock (_lock)
        {
            _listeners.Add(listener);
        }

        return listener.EndPoint;
    }

    /// <summary>Stops listening at an end point as <see cref="StartAsync"/> gave it; connections that were made there go on.</summary>
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

    /// <summary>Stops listening and ends every connection; completes when none can write any more.</summary>
    public Task StopAsync(CancellationToken token = default) => Task.Run(Stop, CancellationToken.None).WaitAsync(token);

    /// <summary>
    /// Fences an export: ends all its connections and returns only when none of them can write any more, which takes as
    /// long as the disk needs for what it has begun. Make the resolver forget the name first; then no connection to it can
    /// come into being afterwards.
    /// </summary>
    /// <returns>How many connections were ended.</returns>
    public int DropConnections(string exportName) => _table.Drop(exportName);

    /// <summary>As <see cref="StopAsync"/>.</summary>
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
            // A client's end of a socket in the file system has no name.
            remote = socket.AddressFamily == AddressFamily.Unix ? socket.LocalEndPoint! : socket.RemoteEndPoint!;
            transport = new SocketTransport(socket, _options.KeepAlive, _options.CongestionControl);
        }
        catch (SocketException)
        {
            // Gone between accept and here.
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
            _log?.Refused(remote, $"no thread for another client: {e.Message}");
        }
    }
}
