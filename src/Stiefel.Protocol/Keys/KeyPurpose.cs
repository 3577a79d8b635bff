namespace Stiefel.Protocol.Keys;

/// <summary>The purpose of a derived key. Each has its own HKDF label, so that no two uses share a key (docs/protocol.md#keys).</summary>
public enum KeyPurpose
{
    /// <summary>MAC of the datagrams that a searching client sends.</summary>
    Discovery,

    /// <summary>Seals the datagrams with which a laptop answers.</summary>
    DiscoveryAnswer,

    /// <summary>MAC of the client's hello.</summary>
    Handshake,

    /// <summary>The shared key's contribution to a session's secret.</summary>
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

    /// <summary>The proofs of a session's clean end, and of its notices.</summary>
    Goodbye,

    /// <summary>The control plane's token.</summary>
    Admin,

    /// <summary>The certificate of the control plane and of the block server's TLS.</summary>
    Certificate,

    /// <summary>A stick's mark of the laptop that was booted last.</summary>
    StickMemory,
}
