using System.Net.Sockets;
using Stiefel.Linux.Network;
using Stiefel.Protocol;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>Hears calls on all interfaces, until one is authentic.</summary>
/// <param name="responder">Judges them.</param>
/// <param name="report">One line, when there is something to say; each only once a minute.</param>
internal sealed class CallListener(CallResponder responder, Action<string> report) : IDisposable
{
    private const string Setting = "discovery, docs/protocol.md#ports";

    // In each tenth of a second: looking at one costs a MAC per key, so this is some hundredths of a processor. Whatever comes faster is
    // left in the kernel's queue, which drops it for nothing; a desktop, which asks four times a second, gets in by and by.
    private const int MostInATurn = 100;

    // A stranger may be able to bring up several in turns.
    private const int MostReasons = 64;

    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_sayAgain = TimeSpan.FromMinutes(1);

    /// <summary>Told of an authentic call: whose key, and the datagram.</summary>
    public Action<SharedKey, ReceivedDatagram>? Called { get; init; }

    private readonly List<LinkDatagramSocket> _sockets = Open();
    private readonly Lock _oneAtATime = new();
    private readonly Dictionary<string, long> _said = [];

    /// <summary>Waits for an authentic call; returns the key of the caller.</summary>
    public async Task<SharedKey> WaitForCallAsync(CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        Task<SharedKey>[] listening = [.. _sockets.Select(socket => ListenAsync(socket, stop.Token))];
        var first = await Task.WhenAny(listening);
        await stop.CancelAsync();
        await ((Task)Task.WhenAll(listening)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await first;
    }

    /// <inheritdoc/>
    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private static List<LinkDatagramSocket> Open()
    {
        var sockets = new List<LinkDatagramSocket>();
        if (Socket.OSSupportsIPv6)
        {
            sockets.Add(new LinkDatagramSocket(AddressFamily.InterNetworkV6, WellKnownPorts.Discovery, Setting));
        }

        if (Socket.OSSupportsIPv4)
        {
            sockets.Add(new LinkDatagramSocket(AddressFamily.InterNetwork, WellKnownPorts.Discovery, Setting));
        }

        return sockets;
    }

    private async Task<SharedKey> ListenAsync(LinkDatagramSocket socket, CancellationToken token)
    {
        // One byte more than a datagram of ours, so that a longer one is seen to be longer.
        var buffer = new byte[DiscoveryDatagram.Size + 1];
        (var since, var looked) = (Environment.TickCount64, 0);
        while (true)
        {
            try
            {
                var received = await socket.ReceiveAsync(buffer, token);
                if (Environment.TickCount64 - since > s_turn.TotalMilliseconds)
                {
                    (since, looked) = (Environment.TickCount64, 0);
                }

                if (++looked > MostInATurn)
                {
                    await Task.Delay(s_turn, token);
                }

                if (Hear(socket, received, buffer.AsSpan(0, received.Length)) is { } caller)
                {
                    return caller;
                }
            }
            catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
            {
                Say(error.Message, $"{socket.Family}: {error.Message}");
                await Task.Delay(s_second, token);
            }
        }
    }

    private SharedKey? Hear(LinkDatagramSocket socket, ReceivedDatagram received, ReadOnlySpan<byte> datagram)
    {
        lock (_oneAtATime)
        {
            var outcome = responder.Judge(datagram, received);
            if (outcome.Refused is { } refused)
            {
                Say(refused, $"a desktop at {received.Remote.Address} calls and is not heard: {refused}");
            }

            if (outcome.Answer is { } answer)
            {
                Answer(socket, received, answer);
            }

            if (outcome.CalledBy is { } caller)
            {
                Called?.Invoke(caller, received);
            }

            return outcome.CalledBy;
        }
    }

    private static void Answer(LinkDatagramSocket socket, ReceivedDatagram received, byte[] answer)
    {
        try
        {
            socket.Answer(received, answer);
        }
        catch (SocketException)
        {
            // The address is the asker's to choose. One that nothing can be sent to, such as port 0, must not hold up the next.
        }
    }

    // A sender from ever other addresses gets no line for each.
    private void Say(string reason, string text)
    {
        lock (_oneAtATime)
        {
            var isKnown = _said.TryGetValue(reason, out var at);
            if (isKnown ? Environment.TickCount64 - at > s_sayAgain.TotalMilliseconds : _said.Count < MostReasons)
            {
                _said[reason] = Environment.TickCount64;
                report(text);
            }
        }
    }
}
