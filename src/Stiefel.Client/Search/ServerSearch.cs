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
/// Searches for a laptop on all interfaces in parallel (docs/protocol.md#discovery), again and again, also on interfaces that appear or are plugged
/// in later. Only answers made with the same key count.
/// </summary>
/// <param name="key">The stick's key.</param>
/// <param name="onlyInterface">The name of the only interface to ask on, or null.</param>
/// <param name="wanted">Selects the laptops that the person means.</param>
/// <param name="report">Receives a line when the interfaces' state changes, and at intervals, while no laptop answers.</param>
internal sealed class ServerSearch(SharedKey key, string? onlyInterface, WantedLaptop wanted, Action<string> report)
{
    private static readonly TimeSpan s_firstReport = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(15);

    // All are asked at the same time; two rounds, in case a datagram is lost.
    private static readonly TimeSpan s_others = 2 * FindSchedule.Tick;

    // Each search has a new nonce, because an answer to an earlier search proves nothing.
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize);
    // Several sockets listen at once, each in its own loop.
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _met = new();
    private readonly Sleepers _sleepers = new(wanted, TimeProvider.System);
    private readonly LaptopStates _states = new();
    private volatile bool _heardServer;
    private readonly LinkEars _ears = new();
    private readonly FindSchedule _schedule = new(TimeProvider.System);

    /// <summary>
    /// Chooses the laptop to call if no laptop serves but several run their own system (docs/protocol.md#the-call). The call makes a laptop leave its
    /// system. Returns null if the person chose none, and is then asked again. Leave it unset to call no laptop.
    /// </summary>
    public Func<IReadOnlyList<LaptopIdentity>, CancellationToken, Task<LaptopIdentity?>>? ChooseSleeper { get; init; }

    /// <summary>The id that a person chose in an earlier search; null if nobody was asked.</summary>
    public string? Chosen { init => Restore(value); }

    /// <summary>Makes the error for a search that ended without an answer; it describes the interfaces, because the search may have been too short for a report.</summary>
    public ServerException NobodyWithin(TimeSpan limit) => new(
        $"no laptop with the key `{key.Name}` answered within {limit.TotalSeconds:0} s: {SearchReport.Describe(ListLinks(), onlyInterface, _ears)}");

    /// <summary>Waits for the first laptop that serves.</summary>
    public async Task<FoundServer> FindFirstAsync(CancellationToken token)
    {
        await foreach (var server in FindAllAsync(token))
        {
            return server;
        }

        throw new OperationCanceledException(token);
    }

    /// <summary>Waits for the first laptop, up to a limit of time.</summary>
    /// <exception cref="ServerException">Nobody answered.</exception>
    public async Task<FoundServer> FindFirstAsync(TimeSpan within, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(within);
        try
        {
            return await FindFirstAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw NobodyWithin(within);
        }
    }

    /// <summary>Waits for the first laptop that serves, and a moment longer for others; returns the best way to each.</summary>
    public async Task<IReadOnlyList<FoundServer>> FindTogetherAsync(CancellationToken token)
    {
        List<FoundServer> found = [];
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(token);
        try
        {
            await foreach (var server in FindAllAsync(moment.Token))
            {
                found.Add(server);
                if (found.Count == 1)
                {
                    moment.CancelAfter(s_others);
                }
            }
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            // The moment is over.
        }

        return found.Count > 0 ? [.. found.GroupBy(server => server.Laptop!.Id).Select(ways => FoundServer.Best(ways, link => LinkHardware.Of(link.Name).SpeedMbit ?? 0))] : throw new OperationCanceledException(token);
    }

    /// <summary>Returns every laptop that serves, each once, until cancelled.</summary>
    public async IAsyncEnumerable<FoundServer> FindAllAsync([EnumeratorCancellation] CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var sockets = FindSocket.OpenAll();
        var found = Channel.CreateUnbounded<FoundServer>();
        Task[] loops = [AskAsync(sockets, stop.Token), DecideAsync(stop.Token), .. sockets.Select(socket => ListenAsync(socket, found.Writer, stop.Token))];
        // A loop ends only if it fails or is stopped; both end the search.
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
            var state = SearchReport.Lines(links, onlyInterface, _ears);
            if (elapsed > s_firstReport && (state != reported.Text || elapsed - reported.At > s_reportInterval))
            {
                report(state);
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
            if (DiscoveryDatagram.TryOpenHello(buffer.AsSpan(0, length), key, _nonce, out var bootPort, out var serving))
            {
                if (ListLinks().FirstOrDefault(link => link.Index == linkIndex) is { } arrivedBy)
                {
                    MeetServer(new FoundServer(new(sender.Address, bootPort), arrivedBy) { Laptop = serving }, serving, found);
                }
            }
            else if (!_heardServer
                && (onlyInterface is null || ListLinks().Any(link => link.Index == linkIndex))
                && CallDatagram.TryOpenChallenge(buffer.AsSpan(0, length), key, _nonce, own, out var challenge, out var sleeping))
            {
                MeetSleeper(socket, sender, linkIndex, challenge, sleeping);
            }
            else if (!_heardServer && StateDatagram.Open(buffer.AsSpan(0, length), key, _nonce, own) is { } state)
            {
                MeetState(state);
            }
            else if (DiscoveryDatagram.OtherVersion(buffer.AsSpan(0, length)) is not null && _met.TryAdd($"version {sender.Address}", true))
            {
                report($"the machine at {sender.Address} speaks another version of discovery than this client's {DiscoveryDatagram.Version}: set laptop and stick up with the same version of stiefel");
            }
        }
    }

    private void MeetServer(FoundServer server, LaptopIdentity laptop, ChannelWriter<FoundServer> found)
    {
        if (!wanted.Fits(laptop) || (_sleepers.ChosenByPerson is { } chosen && chosen != laptop.Id))
        {
            ReportOnce(laptop, $"the laptop {WantedLaptop.Describe(laptop)} serves at {server.Endpoint.Address}, but is not the one that is wanted");
            return;
        }

        _heardServer = true;
        found.TryWrite(server);
    }

    private void Restore(string? chosen)
    {
        if (chosen is not null)
        {
            _sleepers.Choose(chosen);
        }
    }

    /// <summary>Has the person choose a laptop whenever several can be called.</summary>
    private async Task DecideAsync(CancellationToken token)
    {
        await foreach (var _ in _sleepers.Undecided.ReadAllAsync(token))
        {
            if (ChooseSleeper is { } chooseAsync && _sleepers.ChosenByPerson is null && await chooseAsync(_sleepers.Present, token) is { } laptop)
            {
                _sleepers.Choose(laptop.Id);
            }
        }
    }

    private void MeetSleeper(FindSocket socket, IPEndPoint sender, int linkIndex, byte[] challenge, LaptopIdentity laptop)
    {
        var who = $"the laptop {WantedLaptop.Describe(laptop)} at {sender.Address} runs its own system";
        if (!wanted.Fits(laptop))
        {
            ReportOnce(laptop, $"{who}, but is not the one that is wanted");
        }
        else if (ChooseSleeper is null)
        {
            ReportOnce(laptop, $"{who} and was not called: `stiefel-client boot` without --no-load calls it, which ends its owner's session");
        }
        else if (_sleepers.Hear(laptop, sender.Address))
        {
            socket.Answer(sender, linkIndex, CallDatagram.BuildWake(key, _nonce, challenge, sender.Address));
            ReportOnce(laptop, $"{who}: called it; it warns its user, shuts down and comes back to serve, which takes a minute");
        }
    }

    private void MeetState(LaptopState state)
    {
        var laptop = _sleepers.HearAgain(state.Id) ?? LaptopIdentity.Of(state.Id, "");
        if (wanted.Fits(laptop) && _states.Describe(state, laptop) is { } line)
        {
            report(line);
        }
    }

    private void ReportOnce(LaptopIdentity laptop, string line)
    {
        if (_met.TryAdd(laptop.Id, true))
        {
            report(line);
        }
    }

    private NetworkLink[] ListLinks() =>
        [.. RouteNetlink.ListLinks().Where(link => link.IsEthernetLike && (onlyInterface is null || link.Name == onlyInterface))];
}
