using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Connections;
using Stiefel.Server.Configuration;
using Stiefel.Server.Http;

namespace Stiefel.Server.Nbd;

/// <summary>
/// The block server's life within this one: it listens from the start, also while there is nothing to export; but where desktops come
/// by tunnels, only inside these.
/// </summary>
public sealed class NbdHostedService(NbdServer server, ServerOptions settings, ILogger<NbdHostedService> logger) : IHostedService
{
    private readonly NbdOptions _options = settings.Nbd;
    private IPEndPoint? _bound;

    /// <summary>The TCP port that was bound.</summary>
    public int Port => _bound?.Port ?? _options.Listen.Port;

    /// <exception cref="IOException">The address is taken, or not ours.</exception>
    public async Task StartAsync(CancellationToken token)
    {
        if (settings.HasTunnels)
        {
            return;
        }

        try
        {
            _bound = await server.StartAsync(KestrelSetup.AnyFamily(_options.Listen), token);
        }
        catch (SocketException e)
        {
            throw ListenFailure.Of(_options.Listen, "Nbd:Listen", e);
        }

        logger.NbdListening(_bound);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken token) => server.StopAsync(token);
}
