using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>The server's side of a handshake: opens a hello, which is then answered or refused. Holds no state; thread-safe.</summary>
public static class ServerHandshake
{
    /// <summary>Size of a client's hello in bytes; read no more than this from a stranger.</summary>
    public const int ClientHelloSize = HelloFormat.ClientSize;

    /// <summary>
    /// Opens a hello that was made with one of the keys; for anything else it gives no reason, on purpose.
    /// The hello may be a replay: only a sealed request proves that the client is there.
    /// </summary>
    /// <param name="clientHello">The stranger's bytes, of any length.</param>
    /// <param name="keys">The accepted keys, at most <see cref="SharedKey.MaxAccepted"/>; each is tried once. None may be disposed of meanwhile.</param>
    /// <returns>The opened hello; null if it was made with none of the keys.</returns>
    /// <exception cref="ArgumentException">There are more keys than allowed.</exception>
    /// <exception cref="ObjectDisposedException">A key was disposed of.</exception>
    public static GenuineHello? TryOpen(ReadOnlySpan<byte> clientHello, IEnumerable<SharedKey> keys)
    {
        if (clientHello.Length != ClientHelloSize || !HelloFormat.HasCommon(clientHello, HelloFormat.ClientType))
        {
            return null;
        }

        // Try every key even after a match, so that the time reveals neither which key matched nor whether one did.
        SharedKey? found = null;
        var tried = 0;
        Span<byte> mac = stackalloc byte[HelloFormat.MacSize];
        foreach (var key in keys)
        {
            if (++tried > SharedKey.MaxAccepted)
            {
                throw new ArgumentException($"at most {SharedKey.MaxAccepted} keys can be tried", nameof(keys));
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
