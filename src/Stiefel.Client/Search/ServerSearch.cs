using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Stiefel.Client.Failures;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Client.Search;

/// <summary>
/// Calls for a laptop on all interfaces in parallel (docs/protocol.md#discovery), again and again, also on those that appear later or
/// whose cable is put in later. Only answers made with the same key count.
/// </summary>
/// <param name="key">The stick's.</param>
/// <param name="onlyInterface">The name of the only interface to ask on, or null.</param>
/// <param name="report">Gets a line when the interfaces' state changed, and now and then, for as long as nobody answers.</param>
internal sealed class ServerSearch(SharedKey key, string? onlyInterface, Action<string> report)
{
    // Whoever serves already is not to be kept waiting by a laptop that would have to leave its system first, nor the other way round.
    private static readonly TimeSpan s_letServersAnswer = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_firstReport = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(15);

    // Fresh for every search: the answer to an earlier one proves nothing.
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize);
    // Several sockets listen at once, each in its own loop.
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _met = new();
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private volatile bool _heardServer;
    private readonly FindSchedule _schedule = new(TimeProvider.System);

    /// <summary>If no server answers, laptops that run their own system are called to leave it (docs/protocol.md#the-call): only for who wants to boot.</summary>
    public bool CallsSleepers { get; init; }

    /// <summary>What to say if the time is over and nobody answered: also where it was too short for a report.</summary>
    public ServerException NobodyWithin(TimeSpan limit) => new(
        $"no laptop with the key `{key.Name}` answered within {limit.TotalSeconds:0} s: {SearchReport.Describe(ListLinks(), onlyInterface)}");

    /// <summary>Waits for the first laptop.</summary>
    public async Task<FoundServer> FindFirstAsync(CancellationToken token)
    {
        await foreach (var server in FindAllAsync(token))
        {
            return server;
        }

        throw new OperationCanceledException(token);
    }

    /// <summary>Every laptop, each once, until cancelled.</summary>
    public async IAsyncEnumerable<FoundServer> FindAllAsync([EnumeratorCancellation] CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var sockets = FindSocket.OpenAll();
        var found = Channel.CreateUnbounded<FoundServer>();
        Task[] loops = [AskAsync(sockets, stop.Token), .. sockets.Select(socket => ListenAsync(socket, found.Writer, stop.Token))];
        // A loop ends only by failing or being stopped; either ends the search.
        _ = Task.WhenAny(loops).ContinueWith(first => found.Writer.Complete(first.Result.Exception?.InnerException), TaskScheduler.Default);
        try
        {
            var known = new HashSet<string>();
            await foreach (var server in found.Reader.ReadAllAsync(token))
            {
                if (known.Add(server.ToString()))
                {
                    yield return server;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            Array.ForEach(sockets, socket => socket.Dispose());
        }
    }

    private async Task AskAsync(FindSocket[] sockets, CancellationToken token)
    {
        var find = DiscoveryDatagram.BuildFind(key, _nonce);
        var started = TimeProvider.System.GetTimestamp();
        (string Text, TimeSpan At) reported = ("", TimeSpan.Zero);
        while (true)
        {
            var links = ListLinks();
            AskOnce(sockets, links, find);

            var elapsed = TimeProvider.System.GetElapsedTime(started);
            var state = SearchReport.Describe(links, onlyInterface);
            if (elapsed > s_firstReport && (state != reported.Text || elapsed - reported.At > s_reportInterval))
            {
                report($"{state}; asking again");
                reported = (state, elapsed);
            }

            await Task.Delay(FindSchedule.Tick, token);
        }
    }

    private void AskOnce(FindSocket[] sockets, NetworkLink[] links, byte[] find)
    {
        var reachable = Array.FindAll(links, link => link.HasCarrier);
        _schedule.Keep([.. reachable.Select(link => link.Index)]);
        foreach (var link in reachable)
        {
            if (_schedule.IsDue(link.Index, out var round))
            {
                Array.ForEach(sockets, socket => socket.Ask(link, round, find));
            }
        }
    }

    private async Task ListenAsync(FindSocket socket, ChannelWriter<FoundServer> found, CancellationToken token)
    {
        var buffer = new byte[DiscoveryDatagram.Size + 1];
        while (true)
        {
            var (length, sender, linkIndex, own) = await socket.ReceiveAsync(buffer, token);
            if (DiscoveryDatagram.TryOpenHello(buffer.AsSpan(0, length), key, _nonce, out var bootPort)
                && ListLinks().FirstOrDefault(link => link.Index == linkIndex) is { } arrivedBy)
            {
                _heardServer = true;
                found.TryWrite(new FoundServer(new(sender.Address, bootPort), arrivedBy));
            }
            else if (!_heardServer && TimeProvider.System.GetElapsedTime(_started) > s_letServersAnswer
                && (onlyInterface is null || ListLinks().Any(link => link.Index == linkIndex))
                && DiscoveryDatagram.TryOpenChallenge(buffer.AsSpan(0, length), key, _nonce, own, out var challenge))
            {
                MeetSleeper(socket, sender, challenge);
            }
        }
    }

    private void MeetSleeper(FindSocket socket, IPEndPoint sender, byte[] challenge)
    {
        if (CallsSleepers)
        {
            socket.Answer(sender, DiscoveryDatagram.BuildWake(key, _nonce, challenge, sender.Address));
        }

        if (_met.TryAdd(sender.Address.ToString(), true))
        {
            report(CallsSleepers
                ? $"the laptop at {sender.Address} runs its own system: called it; it warns, closes everything and comes back to serve, which takes a minute"
                : $"the laptop at {sender.Address} runs its own system and was not called: `stiefel-client boot` without --no-load would, which ends its owner's session");
        }
    }

    private NetworkLink[] ListLinks() =>
        [.. RouteNetlink.ListLinks().Where(link => link.IsEthernetLike && (onlyInterface is null || link.Name == onlyInterface))];
}
