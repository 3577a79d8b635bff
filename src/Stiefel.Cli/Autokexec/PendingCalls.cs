using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>A challenge that was sent: good once, for the one who asked, on the interface it asked on.</summary>
/// <param name="Key">The key of the question.</param>
/// <param name="ClientNonce">The question's.</param>
/// <param name="Challenge">Ours.</param>
/// <param name="Interface">The kernel's number.</param>
/// <param name="Client">Address and port.</param>
/// <param name="Made">When.</param>
internal sealed record PendingCall(SharedKey Key, byte[] ClientNonce, byte[] Challenge, int Interface, IPEndPoint Client, long Made);

/// <summary>The challenges that may still be answered; a bounded number. Not thread-safe.</summary>
internal sealed class PendingCalls(TimeProvider time)
{
    /// <summary>A desktop answers at once.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    /// <summary>One for each desktop that calls now; a new one pushes out the oldest.</summary>
    public const int Most = 32;

    private readonly PendingCall?[] _calls = new PendingCall?[Most];
    private int _next;

    /// <summary>The challenge for this question; the same one if it is asked again, so that asking often pushes nobody out.</summary>
    public PendingCall For(SharedKey key, byte[] clientNonce, int link, IPEndPoint client)
    {
        if (Find(clientNonce, link, client) is { } known)
        {
            return known;
        }

        var call = new PendingCall(key, clientNonce, RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize), link, client, time.GetTimestamp());
        _calls[_next] = call;
        _next = (_next + 1) % Most;
        return call;
    }

    /// <summary>The challenge that a datagram from there may answer; null if there is none, or it is too old.</summary>
    public PendingCall? Find(ReadOnlySpan<byte> clientNonce, int link, IPEndPoint client)
    {
        foreach (PendingCall? call in _calls)
        {
            if (call is not null && call.Interface == link && call.Client.Equals(client) && clientNonce.SequenceEqual(call.ClientNonce)
                && time.GetElapsedTime(call.Made) < Lifetime)
            {
                return call;
            }
        }

        return null;
    }

    /// <summary>It was answered, and is not good any more.</summary>
    public void Use(PendingCall call) => _calls[Array.IndexOf(_calls, call)] = null;
}
