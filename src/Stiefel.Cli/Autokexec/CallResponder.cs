using System.Net;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>What to do about a datagram.</summary>
/// <param name="Answer">The bytes to send back on the same interface; null for no answer.</param>
/// <param name="CalledBy">The key of an authentic call, upon which the laptop leaves; null for everything else.</param>
/// <param name="Refused">One line that says why a sender who knows a key, or seems to, gets no answer; null if it does.</param>
internal readonly record struct CallOutcome(byte[]? Answer = null, SharedKey? CalledBy = null, string? Refused = null);

/// <summary>
/// Judges what arrives while the laptop runs its own system (docs/protocol.md#the-call). Senders without a key get no answer. A replayed question gets a
/// challenge that only a holder of the key can answer, once, within seconds, from the address that asked. Not thread-safe.
/// </summary>
/// <param name="keys">Returns the accepted keys, at most <see cref="SharedKey.MaxAccepted"/>.</param>
/// <param name="refusal">Returns why calls on an interface from an address are refused; null if they are not.</param>
/// <param name="laptop">Id and name of this laptop, as callers are told.</param>
/// <param name="time">The clock.</param>
/// <param name="leaving">What the laptop does after a call. While there is something, callers are told that, and no call is heard.</param>
internal sealed class CallResponder(Func<IReadOnlyList<SharedKey>> keys, Func<int, IPAddress, string?> refusal, LaptopIdentity laptop, TimeProvider time, LeavingState leaving)
{
    private readonly CallChallenges _challenges = new(time);

    public CallOutcome Judge(ReadOnlySpan<byte> datagram, ReceivedDatagram from)
    {
        if (DiscoveryDatagram.OtherVersion(datagram) is not null)
        {
            return new CallOutcome(Refused: $"it does not speak version {DiscoveryDatagram.Version} of discovery, as this laptop does: write its stick again with this laptop's stiefel");
        }

        if (CallDatagram.LooksLikeWake(datagram, out var asked, out var challenge))
        {
            return leaving.Of(laptop.Id) is null && _challenges.IsGood(challenge, asked, from.Interface, from.Remote) ? JudgeWake(datagram, asked, challenge, from) : default;
        }

        if (!DiscoveryDatagram.TryOpenFind(datagram, keys(), out var nonce, out var key))
        {
            return default;
        }

        if (refusal(from.Interface, from.Remote.Address) is { } reason)
        {
            return new CallOutcome(Refused: reason);
        }

        if (leaving.Of(laptop.Id) is { } state)
        {
            return new CallOutcome(StateDatagram.Build(key, nonce, from.Remote.Address, state));
        }

        return new CallOutcome(CallDatagram.BuildChallenge(key, nonce, _challenges.For(nonce, from.Interface, from.Remote), from.Remote.Address, laptop));
    }

    private CallOutcome JudgeWake(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> asked, ReadOnlySpan<byte> challenge, ReceivedDatagram from)
    {
        // Look the keys up again: this one may have been revoked since the question.
        foreach (var key in keys())
        {
            if (CallDatagram.TryOpenWake(datagram, key, asked, challenge, from.Local))
            {
                _challenges.Use(challenge);
                // Likewise, the interface may have become a way to the internet meanwhile.
                return refusal(from.Interface, from.Remote.Address) is { } why ? new CallOutcome(Refused: why) : new CallOutcome(CalledBy: key);
            }
        }

        return default;
    }
}
