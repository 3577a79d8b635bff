using Stiefel.Server.Grants;
using Stiefel.Server.Nbd;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Tests.Tunnels;

/// <summary>No tunnels, but what is done when one would be closed may take long or fail: the disk is the session's until then.</summary>
internal sealed class StubbornTunnels(NbdListener nbd, Action<GrantRecord> closing) : ITunnels
{
    private readonly NoTunnels _none = new(nbd);

    public bool AreUsed => _none.AreUsed;

    public void RemoveLeftovers(GrantRecord? kept) => _none.RemoveLeftovers(kept);

    public TunnelRecord? Assign(TunnelRecord? keys, GrantRecord? replaced) => _none.Assign(keys, replaced);

    public void Open(GrantRecord grant) => _none.Open(grant);

    public void Close(GrantRecord grant) => closing(grant);

    public int PortOf(GrantRecord grant) => _none.PortOf(grant);
}
