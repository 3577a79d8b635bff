using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// What a sleeping laptop answers calls with: good once, for the one who asked, on the interface it asked on, for seconds. None is kept until it is used:
/// each is a MAC over whom it is for and when, under a secret of this process, so that no number of recorded questions pushes one out. Not thread-safe.
/// </summary>
internal sealed class CallChallenges(TimeProvider time)
{
    /// <summary>After this no challenge is good any more; a desktop answers at once, and has half of it at least.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    // The time goes on in slots; a challenge is good in its own and in the next.
    private const int Slots = 2;

    // Only holders of a key get one in here.
    private const int MostUsed = 32;

    private const int AddressSize = 16;

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly Queue<byte[]> _used = new(MostUsed);

    private long Slot => time.GetTimestamp() / (time.TimestampFrequency * (long)Lifetime.TotalSeconds / Slots);

    /// <summary>The challenge for a question; the same one if it is asked again at once.</summary>
    public byte[] For(ReadOnlySpan<byte> clientNonce, int link, IPEndPoint client)
    {
        var challenge = new byte[DiscoveryDatagram.NonceSize];
        Make(Slot, clientNonce, link, client, challenge);
        return challenge;
    }

    /// <summary>Is it ours, for this question from there, not too old, and not used?</summary>
    public bool IsGood(ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> clientNonce, int link, IPEndPoint client)
    {
        Span<byte> expected = stackalloc byte[DiscoveryDatagram.NonceSize];
        var isOurs = false;
        for (var slot = Slot; slot > Slot - Slots; slot--)
        {
            Make(slot, clientNonce, link, client, expected);
            isOurs |= CryptographicOperations.FixedTimeEquals(expected, challenge);
        }

        return isOurs && !WasUsed(challenge);
    }

    /// <summary>It was answered, and is not good any more.</summary>
    public void Use(ReadOnlySpan<byte> challenge)
    {
        if (_used.Count == MostUsed)
        {
            _used.Dequeue();
        }

        _used.Enqueue(challenge.ToArray());
    }

    private bool WasUsed(ReadOnlySpan<byte> challenge)
    {
        foreach (var used in _used)
        {
            if (challenge.SequenceEqual(used))
            {
                return true;
            }
        }

        return false;
    }

    private void Make(long slot, ReadOnlySpan<byte> clientNonce, int link, IPEndPoint client, Span<byte> challenge)
    {
        Span<byte> message = stackalloc byte[DiscoveryDatagram.NonceSize + AddressSize + sizeof(long) + (2 * sizeof(int))];
        clientNonce.CopyTo(message);
        var rest = message[DiscoveryDatagram.NonceSize..];
        client.Address.MapToIPv6().TryWriteBytes(rest, out _);
        BinaryPrimitives.WriteInt32BigEndian(rest[AddressSize..], client.Port);
        BinaryPrimitives.WriteInt32BigEndian(rest[(AddressSize + sizeof(int))..], link);
        BinaryPrimitives.WriteInt64BigEndian(rest[(AddressSize + (2 * sizeof(int)))..], slot);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, message, mac);
        mac[..challenge.Length].CopyTo(challenge);
    }
}
