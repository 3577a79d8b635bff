using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Tunnels;

/// <summary>How granted desktops reach the block server: each through a tunnel of its own, or all unprotected. Used by one thread at a time.</summary>
public interface ITunnels
{
    /// <summary>True if every grant has a tunnel, false if none has.</summary>
    bool AreUsed { get; }

    /// <summary>Removes the tunnels that an earlier server left, except that of the session whose grant is restored.</summary>
    void RemoveLeftovers(TunnelUser? kept);

    /// <summary>Completes the keys of a new grant's tunnel with a free port. Null without tunnels.</summary>
    /// <param name="keys">The keys, without a port; null if the desktop sent none.</param>
    /// <param name="replaced">The user whose tunnel will be closed before this one is opened; null for none.</param>
    /// <exception cref="RefusalException">The desktop sent no key.</exception>
    TunnelRecord? Assign(TunnelRecord? keys, TunnelUser? replaced);

    /// <summary>Makes the tunnel, or takes over the existing one if it is the same.</summary>
    /// <exception cref="IOException">The tunnel cannot be made.</exception>
    void Open(TunnelUser user);

    /// <summary>Removes the tunnel; nothing arrives through it any more.</summary>
    void Close(TunnelUser user);

    /// <summary>Encrypted bytes received from the desktop, which sends something every <see cref="Stiefel.Protocol.Tunnel.TunnelPlan.KeepAliveSeconds"/>; 0 if there is no tunnel.</summary>
    long ReceivedFrom(TunnelUser user);

    /// <summary>The TCP port at which the desktop reaches the block server.</summary>
    int PortOf(TunnelUser user);
}
