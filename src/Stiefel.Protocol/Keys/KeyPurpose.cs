namespace Stiefel.Protocol.Keys;

/// <summary>What a derived key is for; each purpose has its own HKDF label, so no two uses ever share a key (docs/protocol.md#keys).</summary>
public enum KeyPurpose
{
    /// <summary>MAC of the datagrams that a searching client sends.</summary>
    Discovery,

    /// <summary>Seals the datagrams that a laptop answers with.</summary>
    DiscoveryAnswer,

    /// <summary>MAC of the client's hello.</summary>
    Handshake,

    /// <summary>The shared key's part in a session's secret.</summary>
    Session,

    /// <summary>The public name of a session.</summary>
    SessionId,

    /// <summary>Seals the server's hello.</summary>
    ServerHello,

    /// <summary>Seals requests.</summary>
    ClientToServer,

    /// <summary>The source of every answer's key.</summary>
    ServerToClient,

    /// <summary>The key of the envelope that answers one request.</summary>
    Answer,

    /// <summary>The export name: a capability of one session.</summary>
    Export,

    /// <summary>The tunnel over the link.</summary>
    WireGuard,

    /// <summary>The proofs of a session's clean end.</summary>
    Goodbye,

    /// <summary>The control plane's token.</summary>
    Admin,

    /// <summary>The certificate of the control plane and of the block server's TLS.</summary>
    Certificate,
}
