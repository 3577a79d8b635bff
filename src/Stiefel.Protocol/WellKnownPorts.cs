namespace Stiefel.Protocol;

/// <summary>The fixed port numbers (docs/protocol.md#ports).</summary>
public static class WellKnownPorts
{
    /// <summary>UDP: discovery datagrams.</summary>
    public const int Discovery = 61570;

    /// <summary>UDP: WireGuard on both ends of the link; not its usual port, which the payload may need for itself.</summary>
    public const int Tunnel = 61571;

    /// <summary>TCP: the boot plane, HTTP with sealed bodies.</summary>
    public const int Boot = 4644;

    /// <summary>TCP: the control plane.</summary>
    public const int Admin = 4645;

    /// <summary>TCP: the block server, on the port that IANA assigned to NBD.</summary>
    public const int Nbd = 10809;
}
