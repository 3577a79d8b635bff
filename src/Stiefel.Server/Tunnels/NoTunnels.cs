namespace Stiefel.Server.Tunnels;

/// <summary>`Link:Protection none`: the block server listens on the network, protected by the capability alone.</summary>
/// <param name="nbdPort">The TCP port that the block server has bound.</param>
public sealed class NoTunnels(Func<int> nbdPort) : ITunnels
{
    /// <inheritdoc/>
    public bool AreUsed => false;

    /// <inheritdoc/>
    public void RemoveLeftovers(TunnelUser? kept)
    {
    }

    /// <inheritdoc/>
    public TunnelRecord? Assign(TunnelRecord? keys, TunnelUser? replaced) => null;

    /// <inheritdoc/>
    public void Open(TunnelUser user)
    {
    }

    /// <inheritdoc/>
    public void Close(TunnelUser user)
    {
    }

    /// <inheritdoc/>
    public long ReceivedFrom(TunnelUser user) => 0;

    /// <inheritdoc/>
    public int PortOf(TunnelUser user) => nbdPort();
}
