using Stiefel.Protocol;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Server.Configuration;

/// <summary>The settings of the payload's link.</summary>
/// <param name="RequestTimeoutSeconds">An unanswered request ends the connection after this time.</param>
/// <param name="DeadConnectionSeconds">Requests wait this long for a new connection; 0 means forever.</param>
/// <param name="ExitWaitSeconds">A payload that shuts down waits this long for the laptop, to say goodbye.</param>
/// <param name="Mtu">The link's MTU in bytes.</param>
/// <param name="Protection">How sessions are protected; an open export has none.</param>
/// <param name="Port">The UDP port of the first tunnel.</param>
public sealed record PayloadLinkOptions(int RequestTimeoutSeconds, int DeadConnectionSeconds, int ExitWaitSeconds, int Mtu, LinkProtection Protection, int Port)
{
    private const string ProtectionKey = "Link:Protection";
    private const string MtuKey = "Link:Mtu";

    // Leaves room for the ports of all tunnels.
    private const int MostPort = 65535 - Tunnels.WireGuardTunnels.MaxTunnels;

    private const int Day = 24 * 60 * 60;

    // RFC 8200 §5: every link of IPv6 carries 1280; Linux network devices stop at 65535.
    private const int LeastMtu = 1280;
    private const int MostMtu = 65535;

    /// <summary>The settings in the form of a manifest.</summary>
    public LinkParameters ToParameters() => new()
    {
        Protection = Protection.Word(),
        Mtu = Mtu,
        RequestTimeoutSeconds = RequestTimeoutSeconds,
        DeadConnectionSeconds = DeadConnectionSeconds,
        ExitWaitSeconds = ExitWaitSeconds,
    };

    /// <param name="reader">The settings.</param>
    /// <param name="hasSessions">True if there are sessions, whose traffic needs protection.</param>
    public static PayloadLinkOptions Read(SettingReader reader, bool hasSessions = true)
    {
        var options = Read(reader);
        return options switch
        {
            { Protection: LinkProtection.WireGuard } when !hasSessions && reader.Text(ProtectionKey) is not null =>
                throw reader.Wrong(ProtectionKey, "nothing, since an open export has no sessions to derive keys from"),
            { Protection: LinkProtection.WireGuard, Mtu: < TunnelPlan.LeastLinkMtu } when hasSessions =>
                throw reader.Wrong(MtuKey, $"at least {TunnelPlan.LeastLinkMtu}, since Link:Protection wireguard needs room for its headers"),
            _ => options,
        };
    }

    private static PayloadLinkOptions Read(SettingReader reader) => new(
        reader.Number("Link:RequestTimeoutSeconds", 5, 1, Day),
        reader.Number("Link:DeadConnectionSeconds", 600, 0, 365 * Day),
        reader.Number("Exitrd:Wait", 300, 1, Day),
        reader.Number(MtuKey, 1500, LeastMtu, MostMtu),
        reader.Choice(ProtectionKey, LinkProtection.WireGuard),
        reader.Number("Link:Port", WellKnownPorts.Tunnel, 1, MostPort));
}
