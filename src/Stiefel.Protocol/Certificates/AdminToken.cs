using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Certificates;

/// <summary>A shared key's bearer token (RFC 6750) for the control plane, as secret as the key (docs/protocol.md#certificate-and-token).</summary>
public static class AdminToken
{
    /// <summary>Length of a token in characters.</summary>
    public const int Length = 52;

    /// <summary>The token of a key.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public static string For(SharedKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> derived = stackalloc byte[SharedKey.Size];
        key.Derive(KeyPurpose.Admin, [], derived);
        var token = Base32.Encode(derived);
        CryptographicOperations.ZeroMemory(derived);
        return token;
    }

    /// <summary>Compares a stranger's token with that of this key, in constant time.</summary>
    public static bool IsOf(SharedKey key, string presented)
    {
        ArgumentNullException.ThrowIfNull(presented);
        Span<byte> bytes = stackalloc byte[Length];
        return presented.Length == Length
            && Encoding.ASCII.TryGetBytes(presented, bytes, out var length) && length == Length
            && CryptographicOperations.FixedTimeEquals(bytes, Encoding.ASCII.GetBytes(For(key)));
    }
}
