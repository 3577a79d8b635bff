namespace Stiefel.Protocol.Tunnel;

/// <summary>How a tunnel's interface is called (docs/protocol.md#tunnel).</summary>
public static class TunnelInterface
{
    /// <summary>The desktop's end. Nobody's configuration matches it by accident: it is no Ethernet, and no hardware.</summary>
    public const string Desktop = "stiefeltunnel";
}
