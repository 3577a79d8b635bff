using System.Net;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>What follows from a datagram.</summary>
/// <param name="Answer">To be sent back on the same interface; null for silence.</param>
/// <param name="CalledBy">The key of an authentic call: leave; null for everything else.</param>
/// <param name="Refused">Why somebody who knows a key got no answer, one line.</param>
internal readonly record struct Verdict(byte[]? Answer = null, SharedKey? CalledBy = null, string? Refused = null);

/// <summary>
/// Judges what arrives while the laptop runs its own system (docs/protocol.md#the-call). It is silent to whoever has no key, and a recorded
/// question gets it to say a challenge that only a holder of the key can answer, once, within seconds, from where it asked. Not thread-safe.
/// </summary>
/// <param name="keys">At most <see cref="SharedKey.MaxAccepted"/>.</param>
/// <param name="refusal">Why calls by an interface, from an address, are not heard; null if they are.</param>
/// <param name="time">The clock.</param>
internal sealed class SleepingLaptop(Func<IReadOnlyList<SharedKey>> keys, Func<int, IPAddress, string?> refusal, TimeProvider time)
{
    // A wake is found by its question's nonce, which stands here in every datagram.
    private const int ClientNonceOffset = 8;

    private readonly PendingCalls _pending = new(time);

    public Verdict Judge(ReadOnlySpan<byte> datagram, ReceivedDatagram from)
    {
        if (datagram.Length != DiscoveryDatagram.Size)
        {
            return default;
        }

        if (_pending.Find(datagram.Slice(ClientNonceOffset, DiscoveryDatagram.NonceSize), from.Interface, from.Remote) is { } pending
            && DiscoveryDatagram.TryOpenWake(datagram, pending.Key, pending.ClientNonce, pending.Challenge, from.Local))
        {
            _pending.Use(pending);
            // The interface may have become a way to the internet, and the key have been revoked, since the question.
            return refusal(from.Interface, from.Remote.Address) is { } why ? new Verdict(Refused: why)
                : keys().Contains(pending.Key) ? new Verdict(CalledBy: pending.Key) : default;
        }

        if (!DiscoveryDatagram.TryOpenFind(datagram, keys(), out byte[]? nonce, out SharedKey? key))
        {
            return default;
        }

        if (refusal(from.Interface, from.Remote.Address) is { } reason)
        {
            return new Verdict(Refused: reason);
        }

        PendingCall call = _pending.For(key, nonce, from.Interface, from.Remote);
        return new Verdict(DiscoveryDatagram.BuildChallenge(key, nonce, call.Challenge, from.Remote.Address));
    }
}
