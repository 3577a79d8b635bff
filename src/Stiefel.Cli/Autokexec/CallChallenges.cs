using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// The challenges with which a laptop answers calls. Each is valid once, for seconds, and only for the caller's address and interface. None is stored: a
/// challenge is a MAC, under a secret of this process, over its recipient and time, so no flood of replayed questions pushes one out. Not thread-safe.
/// </summary>
internal sealed class CallChallenges(TimeProvider time)
{
    /// <summary>The longest validity of a challenge. The shortest is half of it, enough for a desktop, which answers at once.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    // Time is divided into slots; a challenge is valid in its own slot and in the next.
    private const int Slots = 2;

    // Enough, because only holders of a key can use a challenge.
    private const int MostUsed = 32;

    private const int AddressSize = 16;

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly Queue<byte[]> _used = new(MostUsed);

    private long Slot => time.GetTimestamp() / (time.TimestampFrequency * (long)Lifetime.TotalSeconds / Slots);

    /// <summary>The challenge for a question; a repetition within the same slot gets the same challenge.</summary>
    public byte[] For(ReadOnlySpan<byte> clientNonce, int link, IPEndPoint client)
    {
        var challenge = new byte[DiscoveryDatagram.NonceSize];
        Make(Slot, clientNonce, link, client, challenge);
        return challenge;
    }

    /// <summary>True if the challenge is ours, was made for this question from this client, has not expired and was not used.</summary>
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

    /// <summary>Marks a challenge as used; it is no longer valid.</summary>
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
