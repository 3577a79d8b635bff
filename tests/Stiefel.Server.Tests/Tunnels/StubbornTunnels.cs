using Stiefel.Server.Nbd;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Tests.Tunnels;

/// <summary>Makes no tunnels, but closing one may take long or fail; until then the session keeps the disk.</summary>
internal sealed class StubbornTunnels(NbdHostedService nbd, Action<TunnelUser> closing) : ITunnels
{
    private readonly NoTunnels _none = new(() => nbd.Port);

    public bool AreUsed => _none.AreUsed;

    public void RemoveLeftovers(TunnelUser? kept) => _none.RemoveLeftovers(kept);

    public TunnelRecord? Assign(TunnelRecord? keys, TunnelUser? replaced) => _none.Assign(keys, replaced);

    public void Open(TunnelUser user) => _none.Open(user);

    public void Close(TunnelUser user) => closing(user);

    public long ReceivedFrom(TunnelUser user) => _none.ReceivedFrom(user);

    public int PortOf(TunnelUser user) => _none.PortOf(user);
}
