using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Certificates;

/// <summary>The bearer token (RFC 6750) of a shared key for the control plane (docs/protocol.md#certificate-and-token): a secret as good as the key there.</summary>
public static class AdminToken
{
    /// <summary>Characters.</summary>
    public const int Length = 52;

    /// <summary>The token.</summary>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public static string For(SharedKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> derived = stackalloc byte[SharedKey.Size];
        key.Derive(KeyPurpose.Admin, [], derived);
        var token = Base32.Encode(derived);
        CryptographicOperations.ZeroMemory(derived);
        return token;
    }

    /// <summary>Says in constant time whether what a stranger presents is the token of this key.</summary>
    public static bool IsOf(SharedKey key, string presented)
    {
        ArgumentNullException.ThrowIfNull(presented);
        Span<byte> bytes = stackalloc byte[Length];
        return presented.Length == Length
            && Encoding.ASCII.TryGetBytes(presented, bytes, out var length) && length == Length
            && CryptographicOperations.FixedTimeEquals(bytes, Encoding.ASCII.GetBytes(For(key)));
    }
}
