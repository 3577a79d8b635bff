using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Boot;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Tests.Tunnels;

/// <summary>Tunnels that are only recorded, together with the block server's state at that moment.</summary>
internal sealed class RecordedTunnels(List<string> story, NbdServer nbd) : ITunnels
{
    public bool AreUsed => true;

    public static bool Fails { get; set; }

    public static bool FailsToClose { get; set; }

    /// <summary>Called while a tunnel is made, or fails to be.</summary>
    public static Action? Opening { get; set; }

    public void RemoveLeftovers(TunnelUser? kept) => story.Add($"leftovers but {Name(kept)}");

    public TunnelRecord? Assign(TunnelRecord? keys, TunnelUser? replaced) =>
        keys is null ? throw new RefusalException("no key") : keys with { Port = 61571 };

    public void Open(TunnelUser user)
    {
        story.Add($"open {Name(user)}");
        Opening?.Invoke();
        if (Fails)
        {
            Fails = false;
            throw new IOException("no tunnel today");
        }
    }

    public void Close(TunnelUser user)
    {
        story.Add($"close {Name(user)} with {nbd.Connections.Count} connections");
        if (FailsToClose)
        {
            FailsToClose = false;
            throw new IOException("this tunnel stays");
        }
    }

    /// <summary>The bytes received from the desktop.</summary>
    public static Func<long> Received { get; set; } = () => 0;

    public long ReceivedFrom(TunnelUser user) => Received();

    public int PortOf(TunnelUser user) => 10809;

    private static string Name(TunnelUser? user) => user?.Session ?? "none";
}
