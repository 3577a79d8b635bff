using System.Net;

namespace Stiefel.Nbd;

/// <summary>Serves exports over TCP (proto.md). One blocking thread per connection.</summary>
public sealed class NbdServer : IAsyncDisposable
{
    private readonly NbdServerOptions _options;
    private readonly IExportResolver _resolver;
    private readonly INbdServerLog? _log;

    /// <param name="options">Limits.</param>
    /// <param name="resolver">Decides which names are exports.</param>
    /// <param name="log">Told of what happens; null = nobody.</param>
    public NbdServer(NbdServerOptions options, IExportResolver resolver, INbdServerLog? log = null)
    {
        _options = options;
        _resolver = resolver;
        _log = log;
    }

    /// <summary>The connections in transmission.</summary>
    public IReadOnlyList<NbdConnectionStatus> Connections { get; private set; } = [];

    /// <summary>Listens at the end point; may be called for several. Returns the bound end point. A taken port throws <see cref="System.Net.Sockets.SocketException"/>.</summary>
    public Task<IPEndPoint> StartAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default)
    {
        _ = (_options, _resolver, _log, endPoint);
        return Task.FromException<IPEndPoint>(new NotSupportedException("no listener yet"));
    }

    /// <summary>Stops listening and ends every connection; returns when none can write any more.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        Connections = [];
        return Task.CompletedTask;
    }

    /// <summary>
    /// Fences an export: ends all its connections and returns only when none of them can write any more. Make the
    /// resolver forget the name first; then no connection to it can come into being afterwards.
    /// </summary>
    /// <returns>How many connections were ended.</returns>
    public int DropConnections(string exportName)
    {
        _ = _resolver.Resolve(exportName);
        return 0;
    }

    /// <summary>As <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();
}
