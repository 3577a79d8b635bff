namespace Stiefel.Protocol.Keys;

/// <summary>HKDF's `info` for each purpose (docs/protocol.md#keys).</summary>
internal static class KeyLabels
{
    /// <summary>The ASCII bytes of "stiefel v1 " and the purpose's label, without a terminator.</summary>
    public static ReadOnlySpan<byte> Info(KeyPurpose purpose) => purpose switch
    {
        KeyPurpose.Discovery => "stiefel v1 discovery"u8,
        KeyPurpose.DiscoveryAnswer => "stiefel v1 discovery-answer"u8,
        KeyPurpose.Handshake => "stiefel v1 handshake"u8,
        KeyPurpose.Session => "stiefel v1 session"u8,
        KeyPurpose.SessionId => "stiefel v1 session-id"u8,
        KeyPurpose.ServerHello => "stiefel v1 server-hello"u8,
        KeyPurpose.ClientToServer => "stiefel v1 client-to-server"u8,
        KeyPurpose.ServerToClient => "stiefel v1 server-to-client"u8,
        KeyPurpose.Answer => "stiefel v1 answer"u8,
        KeyPurpose.Export => "stiefel v1 export"u8,
        KeyPurpose.WireGuard => "stiefel v1 wireguard"u8,
        KeyPurpose.Goodbye => "stiefel v1 goodbye"u8,
        KeyPurpose.Admin => "stiefel v1 admin"u8,
        KeyPurpose.Certificate => "stiefel v1 certificate"u8,
        KeyPurpose.StickMemory => "stiefel v1 stick-memory"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "no such purpose"),
    };
}
