using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Processes;
using Stiefel.Nbd.Connections;
using Stiefel.Server.Configuration;
using Stiefel.Server.Http;

namespace Stiefel.Server.Nbd;

/// <summary>
/// Starts and stops the block server. It listens from the start, even while there is nothing to export; if desktops use tunnels,
/// it listens only inside them. An open export may use a socket in the file system, or one that systemd listens at.
/// </summary>
public sealed class NbdHostedService(NbdServer server, ServerOptions settings, ILogger<NbdHostedService> logger) : IHostedService
{
    private readonly NbdOptions _options = settings.Nbd;
    private IPEndPoint? _bound;
    private string? _madePath;

    /// <summary>The TCP port that was bound.</summary>
    public int Port => _bound?.Port ?? _options.Listen.Port;

    /// <exception cref="IOException">The address is in use, or not this machine's.</exception>
    /// <exception cref="SettingsException">systemd listens where an open export must not be reached.</exception>
    public async Task StartAsync(CancellationToken token)
    {
        if (settings.HasTunnels)
        {
            return;
        }

        if (_options.Access == NbdAccess.Open && ActivatedSockets.Take() is { Count: > 0 } activated)
        {
            foreach (var descriptor in activated)
            {
                var at = server.Serve(Adopt(descriptor));
                logger.NbdListening(at);
            }
        }
        else if (_options.UnixPath is { } path)
        {
            var at = server.Serve(ListenAt(path));
            _madePath = path;
            logger.NbdListening(at);
        }
        else
        {
            await ListenAsync(token);
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken token)
    {
        await server.StopAsync(token);
        if (_madePath is { } path)
        {
            File.Delete(path);
        }
    }

    private async Task ListenAsync(CancellationToken token)
    {
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

    private static Socket ListenAt(string path)
    {
        try
        {
            return UnixListener.Listen(path);
        }
        catch (SocketException e)
        {
            throw new IOException($"cannot listen at unix:{path} (Nbd:Listen): {e.Message}; the directory must exist, and the name must not be in use", e);
        }
    }

    private Socket Adopt(int descriptor)
    {
        var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        if (socket.SocketType != SocketType.Stream)
        {
            throw new SettingsException($"systemd handed over a socket of type {socket.SocketType}, and NBD needs ListenStream=");
        }

        return socket.LocalEndPoint is not IPEndPoint address || IPAddress.IsLoopback(address.Address) || _options.MayListenOnNetwork
            ? socket
            : throw new SettingsException($"Nbd:Access open would give the disk to everyone who reaches {address}, where systemd listens: let it listen on loopback or at a path, or set --Nbd:AllowOpenOnNetwork true");
    }
}
