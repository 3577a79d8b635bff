using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transport.Tls;

namespace Stiefel.Nbd.Connections;

/// <summary>Limits of the server; every one has a default that suits a laptop.</summary>
public sealed record NbdServerOptions
{
    /// <summary>Most connections in transmission; further ones are closed at once.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>Most of them from one address; 0 = as many as there may be at all.</summary>
    public int MaxConnectionsPerAddress { get; init; }

    /// <summary>
    /// Most connections that have not named an export yet. A further one displaces one of them: the oldest of the address
    /// that has the most, so that a flood from one address displaces only itself.
    /// </summary>
    public int MaxHandshakes { get; init; } = 64;

    /// <summary>Most options one client may send; it has five or so to send.</summary>
    public int MaxOptions { get; init; } = 256;

    /// <summary>Most bytes one client may send in its handshake, 128 KiB or more.</summary>
    public int MaxHandshakeBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>From accept to transmission, whatever the client sends meanwhile.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may leave its replies unread, or a payload it announced unsent, before it is cut off.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of each of a connection's two transmission buffers, 64 KiB to 16 MiB. With simple replies the one for replies has at least 512 KiB.</summary>
    public int BufferSize { get; init; } = 256 * 1024;

    /// <summary>Silence of a peer's TCP after which it is probed every 10 s, six times, before it is given up.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// TCP's congestion control towards the clients, if the kernel has it; null = the system's. BBR, which some systems set for
    /// the internet, paces by timers, and on one cable that costs half the speed (docs/performance.md).
    /// </summary>
    public string? CongestionControl { get; init; } = "cubic";

    /// <summary>How to answer NBD_OPT_STARTTLS; null = not at all.</summary>
    public NbdTls? Tls { get; init; }

    /// <summary>Least <see cref="BufferSize"/>, in bytes.</summary>
    public const int MinBufferSize = 64 * 1024;

    /// <summary>Largest <see cref="BufferSize"/>, in bytes.</summary>
    public const int MaxBufferSize = 16 * 1024 * 1024;

    /// <summary>Least <see cref="MaxHandshakeBytes"/>: room for one option of any length that is read.</summary>
    public const int MinHandshakeBytes = 128 * 1024;

    internal NegotiationOptions ForNegotiation() => new(MaxOptions, MaxHandshakeBytes, HandshakeTimeout, Tls);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnections, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxConnectionsPerAddress);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHandshakes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOptions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHandshakeBytes, MinHandshakeBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(BufferSize, MinBufferSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BufferSize, MaxBufferSize);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HandshakeTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StallTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepAlive, TimeSpan.FromSeconds(1));
    }
}
