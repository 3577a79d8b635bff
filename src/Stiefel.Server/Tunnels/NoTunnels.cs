using Stiefel.Server.Grants;
using Stiefel.Server.Nbd;

namespace Stiefel.Server.Tunnels;

/// <summary>`Link:Protection none`: the block server listens for everyone, and the capability is all that is asked for.</summary>
public sealed class NoTunnels(NbdListener nbd) : ITunnels
{
    public bool AreUsed => false;

    public void RemoveLeftovers(GrantRecord? kept)
    {
    }

    public TunnelRecord? Assign(TunnelRecord? keys, GrantRecord? replaced) => null;

    public void Open(GrantRecord grant)
    {
    }

    public void Close(GrantRecord grant)
    {
    }

    public int PortOf(GrantRecord grant) => nbd.Port;
}
