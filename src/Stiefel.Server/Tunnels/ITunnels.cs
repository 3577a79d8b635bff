using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Tunnels;

/// <summary>How granted desktops reach the block server: each in a tunnel of its own, or all in the open. Used by one thread at a time.</summary>
public interface ITunnels
{
    /// <summary>Every grant has a tunnel; otherwise none has.</summary>
    bool AreUsed { get; }

    /// <summary>Removes what a server that ran before has left, but for the tunnel of the session whose grant is honoured again.</summary>
    void RemoveLeftovers(TunnelUser? kept);

    /// <summary>The keys of a new grant's tunnel, with a port that is free. Null without tunnels.</summary>
    /// <param name="keys">Without a port; null if the desktop sent none.</param>
    /// <param name="replaced">Its tunnel will be closed before this one is opened; null for none.</param>
    /// <exception cref="RefusalException">The desktop sent no key.</exception>
    TunnelRecord? Assign(TunnelRecord? keys, TunnelUser? replaced);

    /// <summary>Makes the way to the block server, or takes it up as it is.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    void Open(TunnelUser user);

    /// <summary>From now on nothing that comes by this way arrives.</summary>
    void Close(TunnelUser user);

    /// <summary>Encrypted bytes that came by this way from its desktop, which sends something every <see cref="Stiefel.Protocol.Tunnel.TunnelPlan.KeepAliveSeconds"/>; 0 if there is no way.</summary>
    long ReceivedFrom(TunnelUser user);

    /// <summary>The TCP port of the block server, as its holder sees it.</summary>
    int PortOf(TunnelUser user);
}
