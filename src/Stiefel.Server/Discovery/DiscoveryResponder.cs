using System.Net.Sockets;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Discovery;
using Stiefel.Server.Configuration;
using Stiefel.Server.Desktops;
using Stiefel.Server.Http;
using Stiefel.Server.Keys;
using Stiefel.Server.Strangers;

namespace Stiefel.Server.Discovery;

/// <summary>Answers desktops that search (docs/protocol.md#discovery). Sends nothing to a sender without an accepted key.</summary>
public sealed class DiscoveryResponder(
    DiscoveryOptions options, BootOptions boot, KeyRing keys, ListenAddresses addresses, IHostApplicationLifetime lifetime, DesktopLog desktops,
    StrangerLog strangers, TimeProvider time, ILogger<DiscoveryResponder> logger) : IHostedService, IDisposable
{
    private const string Setting = "Discovery:Port";

    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    private readonly LaptopIdentity _laptop = LaptopIdentity.Of(options.LaptopId, boot.Laptop);
    private readonly OncePerAddress _found = new(time);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<LinkDatagramSocket> _sockets = [];
    private Task _answering = Task.CompletedTask;

    /// <summary>The UDP port that was bound.</summary>
    public int Port => _sockets[0].Port;

    /// <exception cref="IOException">The port is taken.</exception>
    public Task StartAsync(CancellationToken token)
    {
        var port = options.Port;
        if (Socket.OSSupportsIPv6)
        {
            _sockets.Add(new LinkDatagramSocket(AddressFamily.InterNetworkV6, port, Setting));
            port = Port;
        }

        if (Socket.OSSupportsIPv4)
        {
            _sockets.Add(new LinkDatagramSocket(AddressFamily.InterNetwork, port, Setting));
        }

        // The answer contains the port of the boot plane, so questions wait in the sockets until that port is bound.
        lifetime.ApplicationStarted.Register(() => _answering = Task.WhenAll(_sockets.Select(AnswerAsync)));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken token)
    {
        await _stop.CancelAsync();
        await _answering.WaitAsync(token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sockets.ForEach(s => s.Dispose());
        _stop.Dispose();
    }

    private async Task AnswerAsync(LinkDatagramSocket socket)
    {
        var bootPort = addresses.PortOf(Plane.Boot);
        var budget = new StrangerBudget(time);

        // One byte more than a valid datagram, so that a longer one is recognised.
        var buffer = new byte[DiscoveryDatagram.Size + 1];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var question = await socket.ReceiveAsync(buffer, _stop.Token);
                if (!budget.TryTake())
                {
                    await Task.Delay(s_rest, _stop.Token);
                    continue;
                }

                Answer(socket, question, buffer.AsSpan(0, question.Length), bootPort);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                logger.ReceiveFailed(socket.Family, e);
                await Task.Delay(s_afterFailure, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Answer(LinkDatagramSocket socket, ReceivedDatagram question, ReadOnlySpan<byte> datagram, int bootPort)
    {
        if (!DiscoveryDatagram.TryOpenFind(datagram, keys.Keys, out var nonce, out var key))
        {
            // Log only what looks like a desktop of Stiefel, perhaps with a revoked stick; ignore other noise.
            if (DiscoveryDatagram.OtherVersion(datagram) is { } version)
            {
                strangers.Knocked(question.Remote.Address, $"it searched in version {version} of discovery, this server speaks {DiscoveryDatagram.Version}: make its stick anew");
            }
            else if (datagram.Length == DiscoveryDatagram.Size)
            {
                strangers.Knocked(question.Remote.Address, "it searched with no accepted key");
            }

            return;
        }

        try
        {
            socket.Answer(question, DiscoveryDatagram.BuildHello(key, nonce, bootPort, _laptop));

            // A waiting desktop asks every second; log it once in a while.
            if (_found.IsDue(question.Remote.Address))
            {
                logger.Found(question.Remote.Address, key.Name);
                desktops.Add(question.Remote.Address, "found", $"searched with key {key.Name}");
            }
        }
        catch (SocketException e)
        {
            // The interface went away between question and answer, or the sender's address was made up.
            logger.AnswerNotSent(question.Remote, e.Message);
        }
    }
}
