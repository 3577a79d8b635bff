using System.Net;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>What follows from a datagram.</summary>
/// <param name="Answer">To be sent back on the same interface; null for silence.</param>
/// <param name="CalledBy">The key of an authentic call: leave; null for everything else.</param>
/// <param name="Refused">Why somebody who knows a key, or looks as if, got no answer, one line.</param>
internal readonly record struct CallOutcome(byte[]? Answer = null, SharedKey? CalledBy = null, string? Refused = null);

/// <summary>
/// Judges what arrives while the laptop runs its own system (docs/protocol.md#the-call). It is silent to senders without a key, and a recorded
/// question gets it to say a challenge that only a holder of the key can answer, once, within seconds, from where it asked. Not thread-safe.
/// </summary>
/// <param name="keys">At most <see cref="SharedKey.MaxAccepted"/>.</param>
/// <param name="refusal">Why calls by an interface, from an address, are not heard; null if they are.</param>
/// <param name="laptop">What callers are told of this laptop.</param>
/// <param name="time">The clock.</param>
internal sealed class CallResponder(Func<IReadOnlyList<SharedKey>> keys, Func<int, IPAddress, string?> refusal, LaptopIdentity laptop, TimeProvider time)
{
    private readonly CallChallenges _challenges = new(time);

    public CallOutcome Judge(ReadOnlySpan<byte> datagram, ReceivedDatagram from)
    {
        if (DiscoveryDatagram.OtherVersion(datagram) is not null)
        {
            return new CallOutcome(Refused: $"it speaks another version of discovery than {DiscoveryDatagram.Version}, which is this laptop's: make its stick anew with this laptop's stiefel");
        }

        if (CallDatagram.LooksLikeWake(datagram, out var asked, out var challenge))
        {
            return _challenges.IsGood(challenge, asked, from.Interface, from.Remote) ? JudgeWake(datagram, asked, challenge, from) : default;
        }

        if (!DiscoveryDatagram.TryOpenFind(datagram, keys(), out var nonce, out var key))
        {
            return default;
        }

        if (refusal(from.Interface, from.Remote.Address) is { } reason)
        {
            return new CallOutcome(Refused: reason);
        }

        return new CallOutcome(CallDatagram.BuildChallenge(key, nonce, _challenges.For(nonce, from.Interface, from.Remote), from.Remote.Address, laptop));
    }

    private CallOutcome JudgeWake(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> asked, ReadOnlySpan<byte> challenge, ReceivedDatagram from)
    {
        // Looked up anew: the key may have been revoked since the question.
        foreach (var key in keys())
        {
            if (CallDatagram.TryOpenWake(datagram, key, asked, challenge, from.Local))
            {
                _challenges.Use(challenge);
                // And the interface may have become a way to the internet.
                return refusal(from.Interface, from.Remote.Address) is { } why ? new CallOutcome(Refused: why) : new CallOutcome(CalledBy: key);
            }
        }

        return default;
    }
}
