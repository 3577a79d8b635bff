using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;

namespace Stiefel.Linux.Dhcp;

/// <summary>
/// Borrows an IPv4 address for one interface and keeps it for as long as a server lends it (RFC 2131 §4.4). Only address and prefix are taken, and a router if
/// that is wanted; names, name servers and all else are not even asked for.
/// </summary>
/// <param name="link">The interface, which has a carrier.</param>
/// <param name="takesRouter">True to set a default route to the router that the server names.</param>
/// <param name="say">Receives one line for each address, and for each thing that is wrong, once.</param>
internal sealed class DhcpClient(NetworkLink link, bool takesRouter, Action<string> say)
{
    private const int Requests = 3;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(64);
    private static readonly TimeSpan s_afterConflict = TimeSpan.FromSeconds(10); // RFC 2131 §3.1, 5

    private readonly byte[] _buffer = new byte[DhcpFrame.MostBytes];
    private readonly HashSet<string> _said = [];
    private DhcpLease? _lease;
    private long _since;

    /// <summary>Runs until cancelled; the address is removed then, and when its time is over.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The interface is gone or down.</exception>
    /// <exception cref="LinuxException">The kernel refuses the address.</exception>
    public async Task RunAsync(CancellationToken token)
    {
        try
        {
            while (true)
            {
                await FindAsync(token);
                await KeepAsync(token);
                Drop();
            }
        }
        finally
        {
            Drop();
        }
    }

    private async Task FindAsync(CancellationToken token)
    {
        for (var pause = s_first; ; pause = pause < s_longest ? 2 * pause : s_longest)
        {
            if (await AskAsync(New(DhcpFrame.Discover), pause, answer => answer.Type == DhcpFrame.Offer ? Judge(answer) : null, token) is not { } offer)
            {
                continue;
            }

            if (await RequestAsync(offer, token) is { } lease && await UseAsync(lease, token))
            {
                Say($"{link.Name} has the address {lease.Address}/{lease.PrefixLength} from the DHCP server {lease.Server}");
                return;
            }

            await Task.Delay(pause > s_afterConflict ? pause : s_afterConflict, token);
        }
    }

    private async Task<DhcpLease?> RequestAsync(DhcpLease offer, CancellationToken token)
    {
        var question = New(DhcpFrame.Request) with { Wanted = offer.Address, Server = offer.Server };
        for (var (left, patience) = (Requests, s_first); left > 0; left--, patience *= 2)
        {
            _since = Stopwatch.GetTimestamp();
            if (await AskAsync(question, patience, answer => offer.Server.Equals(answer.Server) ? Decide(answer, offer.Address) : null, token) is { } decision)
            {
                return decision.Lease;
            }
        }

        return null;
    }

    /// <summary>Gives the interface the address, unless another machine or interface has it.</summary>
    private async Task<bool> UseAsync(DhcpLease lease, CancellationToken token)
    {
        foreach (var other in RouteNetlink.ListLinks().Where(other => other.Index != link.Index))
        {
            if (RouteNetlink.ListAddresses(other.Index).FirstOrDefault(own => own.Address.GetAddressBytes().Length == 4 && lease.Overlaps(own)) is { } own)
            {
                Say($"{link.Name} does not take {lease.Address}/{lease.PrefixLength} from the DHCP server {lease.Server}: {other.Name} has {own.Address}/{own.PrefixLength} in that network");
                return false;
            }
        }

        if (!RouteNetlink.ListAddresses(link.Index).Any(own => own.Address.Equals(lease.Address)) && !await AddressProbe.IsFreeAsync(link.Index, lease.Address, token))
        {
            Say($"{link.Name} does not take {lease.Address} from the DHCP server {lease.Server}: another machine has it");
            Send(New(DhcpFrame.Decline) with { Wanted = lease.Address, Server = lease.Server });
            return false;
        }

        Lend(lease);
        return true;
    }

    private void Lend(DhcpLease lease)
    {
        RouteNetlink.LendAddress(link.Index, lease.Address, lease.PrefixLength, lease.Lifetime);
        _lease = lease;
        if (takesRouter && lease.Router is { } router)
        {
            DefaultRoutes.Add(link.Index, router, lease.Address);
        }
    }

    /// <summary>Asks for more time, first this server, then any; returns when the address is refused or its time is over.</summary>
    private async Task KeepAsync(CancellationToken token)
    {
        while (_lease is { } lease)
        {
            await WaitUntilAsync(lease.Renewal, token);
            var question = New(DhcpFrame.Request) with { Own = lease.Address };
            var toServer = question with { To = lease.Server, ServersCard = lease.ServersCard };
            var decision = await InsistAsync(toServer, lease, lease.Rebinding, token) ?? await InsistAsync(question, lease, lease.Lifetime, token);
            if (decision?.Lease is not { } renewed)
            {
                Say($"{link.Name} loses the address {lease.Address}: {(decision is null ? "no DHCP server answers" : "the DHCP server refuses it")}");
                return;
            }

            Lend(renewed);
        }
    }

    private async Task<Decision?> InsistAsync(DhcpQuestion question, DhcpLease lease, TimeSpan end, CancellationToken token)
    {
        while (end - Stopwatch.GetElapsedTime(_since) is var left && left > TimeSpan.Zero)
        {
            // RFC 2131 §4.4.5: after half of what is left, but not more often than each minute; leases of minutes want it more often.
            var least = TimeSpan.FromSeconds(Math.Min(60, lease.Lifetime.TotalSeconds / 16));
            var patience = left / 2 > least ? left / 2 : left < least ? left : least;
            var asked = Stopwatch.GetTimestamp();
            if (await AskAsync(question, patience, answer => Decide(answer, lease.Address), token) is { } decision)
            {
                _since = asked;
                return decision;
            }
        }

        return null;
    }

    private Task WaitUntilAsync(TimeSpan time, CancellationToken token) =>
        time - Stopwatch.GetElapsedTime(_since) is var left && left > TimeSpan.Zero ? Task.Delay(left, token) : Task.CompletedTask;

    private Decision? Decide(DhcpAnswer answer, IPAddress wanted) => answer.Type switch
    {
        DhcpFrame.Refuse => new Decision(null),
        DhcpFrame.Acknowledge when Judge(answer) is { } lease && lease.Address.Equals(wanted) => new Decision(lease),
        _ => null,
    };

    private DhcpLease? Judge(DhcpAnswer answer)
    {
        var lease = DhcpLease.Read(answer, out var problem);
        if (lease is null)
        {
            Say($"{link.Name} takes no address from the DHCP server {answer.Server?.ToString() ?? answer.ServersCard.ToString()}: {problem}");
        }

        return lease;
    }

    /// <summary>Sends a question and waits for the first answer that counts; null if none comes.</summary>
    private async Task<T?> AskAsync<T>(DhcpQuestion question, TimeSpan patience, Func<DhcpAnswer, T?> judge, CancellationToken token)
        where T : class
    {
        // Open only while an answer is awaited, so that nothing collects in it meanwhile.
        using var socket = new EthernetSocket(link.Index, DhcpFrame.EtherType, DhcpFrame.Filter);
        socket.Send(DhcpFrame.Build(question, link.Mac.ToBytes()));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(patience);
        try
        {
            while (true)
            {
                var length = await socket.ReceiveAsync(_buffer, limit.Token);
                if (DhcpFrame.TryReadAnswer(_buffer.AsSpan(0, length), link.Mac, question.Transaction, out var answer) && judge(answer) is { } result)
                {
                    return result;
                }
            }
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return null;
        }
    }

    private void Send(DhcpQuestion question)
    {
        using var socket = new EthernetSocket(link.Index, DhcpFrame.EtherType, DhcpFrame.Filter);
        socket.Send(DhcpFrame.Build(question, link.Mac.ToBytes()));
    }

    private DhcpQuestion New(byte type) => new(link.Mac, BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))), type);

    private void Drop()
    {
        if (_lease is { } lease)
        {
            _lease = null;
            RouteNetlink.RemoveAddress(link.Index, lease.Address, lease.PrefixLength);
        }
    }

    // A server may offer the same again and again.
    private void Say(string line)
    {
        const int MostLines = 100;
        if (_said.Count < MostLines && _said.Add(line))
        {
            say(line);
        }
    }

    /// <param name="Lease">The lease; null if the server refuses it.</param>
    private sealed record Decision(DhcpLease? Lease);
}
