using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>The server's side of a handshake: a hello is opened first, and then answered or refused. Holds no state; thread-safe.</summary>
public static class ServerHandshake
{
    /// <summary>Bytes of every client's hello; read no more than this from a stranger.</summary>
    public const int ClientHelloSize = HelloFormat.ClientSize;

    /// <summary>
    /// Opens a hello that was made with one of the keys. What was wrong with any other bytes is not told, to nobody.
    /// The hello may be a replay: only a sealed request proves that the client is there.
    /// </summary>
    /// <param name="clientHello">The stranger's bytes, of any length.</param>
    /// <param name="keys">At most <see cref="SharedKey.MaxAccepted"/>; all are tried, once. None may be disposed of meanwhile.</param>
    /// <returns>Null for a stranger's.</returns>
    /// <exception cref="ArgumentException">More keys than allowed.</exception>
    /// <exception cref="ObjectDisposedException">A key was disposed of.</exception>
    public static GenuineHello? TryOpen(ReadOnlySpan<byte> clientHello, IEnumerable<SharedKey> keys)
    {
        if (clientHello.Length != ClientHelloSize || !HelloFormat.HasCommon(clientHello, HelloFormat.ClientType))
        {
            return null;
        }

        // Every key is tried, also after a match: the time tells nothing about which key it was, or whether any.
        SharedKey? found = null;
        var tried = 0;
        Span<byte> mac = stackalloc byte[HelloFormat.MacSize];
        foreach (var key in keys)
        {
            if (++tried > SharedKey.MaxAccepted)
            {
                throw new ArgumentException($"more than {SharedKey.MaxAccepted} keys", nameof(keys));
            }

            HelloFormat.Mac(key, clientHello, mac);
            if (CryptographicOperations.FixedTimeEquals(mac, clientHello[HelloFormat.CommonSize..]))
            {
                found = key;
            }
        }

        return found is null ? null : new GenuineHello(clientHello.ToArray(), found);
    }
}
