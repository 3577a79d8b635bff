using System.Net.Sockets;
using Stiefel.Linux.Network;
using Stiefel.Protocol;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>Listens on all interfaces until an authentic call arrives.</summary>
/// <param name="responder">Judges each datagram.</param>
/// <param name="report">Receives lines for people; the same reason at most once a minute.</param>
internal sealed class CallListener(CallResponder responder, Action<string> report) : IDisposable
{
    private const string Setting = "discovery, docs/protocol.md#ports";

    // Datagrams judged per turn of a tenth of a second. Each costs a MAC per key, so this is a few percent of a processor. The kernel's queue
    // drops the excess at no cost; a desktop asks four times a second, so one of its questions gets through.
    private const int MostInATurn = 100;

    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>Receives the key and the datagram of an authentic call.</summary>
    public Action<SharedKey, ReceivedDatagram>? Called { get; init; }

    private readonly List<LinkDatagramSocket> _sockets = Open();
    private readonly Lock _oneAtATime = new();
    private readonly SeldomReport _report = new(report);

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
        // One byte longer than our datagrams, so that a longer one is recognised as too long.
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
                _report.Say(error.Message, $"{socket.Family}: {error.Message}");
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
                _report.Say(refused, $"a desktop at {received.Remote.Address} calls and gets no answer: {refused}");
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
            // The sender chooses its address. One that cannot be answered, such as port 0, must not hold up other callers.
        }
    }
}
