namespace Stiefel.Server.Tunnels;

/// <summary>`Link:Protection none`: the block server listens for everyone, and the capability is all that is asked for.</summary>
/// <param name="nbdPort">The TCP port that the block server has bound.</param>
public sealed class NoTunnels(Func<int> nbdPort) : ITunnels
{
    public bool AreUsed => false;

    public void RemoveLeftovers(TunnelUser? kept)
    {
    }

    public TunnelRecord? Assign(TunnelRecord? keys, TunnelUser? replaced) => null;

    public void Open(TunnelUser user)
    {
    }

    public void Close(TunnelUser user)
    {
    }

    public int PortOf(TunnelUser user) => nbdPort();
}
