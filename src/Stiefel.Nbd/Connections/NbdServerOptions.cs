using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transport.Tls;

namespace Stiefel.Nbd.Connections;

/// <summary>Limits of the server; each has a default that suits a laptop.</summary>
public sealed record NbdServerOptions
{
    /// <summary>Largest number of connections in transmission; further ones are refused.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>Largest number of connections in transmission from one address; 0 = limited by <see cref="MaxConnections"/> only.</summary>
    public int MaxConnectionsPerAddress { get; init; }

    /// <summary>
    /// Largest number of connections that have not named an export yet. A further one displaces the oldest connection of
    /// the address that has the most, so that a flood from one address displaces only itself.
    /// </summary>
    public int MaxHandshakes { get; init; } = 64;

    /// <summary>Largest number of options that one client may send; a usual client sends about five.</summary>
    public int MaxOptions { get; init; } = 256;

    /// <summary>Largest number of bytes that one client may send in its handshake; at least 128 KiB.</summary>
    public int MaxHandshakeBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Longest time from accept to transmission, whatever the client sends meanwhile.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may leave its replies unread, or a payload that it announced unsent, before the server closes the connection.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Size in bytes of each of a connection's two buffers, 64 KiB to 16 MiB. With simple replies the reply buffer has at least 512 KiB.</summary>
    public int BufferSize { get; init; } = 256 * 1024;

    /// <summary>Idle time after which TCP probes the peer, every 10 s and six times, before it declares the connection dead.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// TCP congestion control algorithm towards the clients, used if the kernel has it; null = the system's default. BBR, the
    /// default of some systems, paces by timers, which halves the speed on a direct cable (docs/performance.md).
    /// </summary>
    public string? CongestionControl { get; init; } = "cubic";

    /// <summary>How to answer NBD_OPT_STARTTLS; null = refuse it.</summary>
    public NbdTls? Tls { get; init; }

    /// <summary>Smallest <see cref="BufferSize"/>, in bytes.</summary>
    public const int MinBufferSize = 64 * 1024;

    /// <summary>Largest <see cref="BufferSize"/>, in bytes.</summary>
    public const int MaxBufferSize = 16 * 1024 * 1024;

    /// <summary>Smallest <see cref="MaxHandshakeBytes"/>: room for one option of the largest size that the server reads.</summary>
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
