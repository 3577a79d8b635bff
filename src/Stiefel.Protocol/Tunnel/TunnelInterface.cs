namespace Stiefel.Protocol.Tunnel;

/// <summary>Names of the tunnel's network interfaces (docs/protocol.md#tunnel).</summary>
public static class TunnelInterface
{
    /// <summary>The desktop's interface. A network configuration is unlikely to match it by accident, since it is neither Ethernet nor hardware.</summary>
    public const string Desktop = "stiefeltunnel";
}
