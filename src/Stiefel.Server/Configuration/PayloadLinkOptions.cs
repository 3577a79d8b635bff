using System.Globalization;
using Stiefel.Linux.Network;
using Stiefel.Protocol;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Server.Configuration;

/// <summary>The settings of the payload's link.</summary>
/// <param name="RequestTimeoutSeconds">An unanswered request ends the connection after this time.</param>
/// <param name="DeadConnectionSeconds">Requests wait this long for a new connection; 0 means forever.</param>
/// <param name="ExitWaitSeconds">A payload that shuts down waits this long for the laptop, to say goodbye.</param>
/// <param name="Mtu">The link's MTU in bytes with which every desktop begins.</param>
/// <param name="Protection">How sessions are protected; an open export has none.</param>
/// <param name="Port">The UDP port of the first tunnel.</param>
public sealed record PayloadLinkOptions(int RequestTimeoutSeconds, int DeadConnectionSeconds, int ExitWaitSeconds, int Mtu, LinkProtection Protection, int Port)
{
    /// <summary>The MTU that the setting names; null if it is chosen by what the link can do.</summary>
    public int? WantedMtu { get; init; }

    /// <summary>If a payload may use the network behind the desktop's card.</summary>
    public LinkInternet Internet { get; init; } = LinkInternetWords.Usual;

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
        Internet = Internet.Word(),
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

    private static PayloadLinkOptions Read(SettingReader reader)
    {
        var protection = reader.Choice(ProtectionKey, LinkProtection.WireGuard);
        var wanted = ReadMtu(reader);
        var usual = wanted ?? LargePackets.UsualMtu;
        return new(
            reader.Number("Link:RequestTimeoutSeconds", 5, 1, Day),
            reader.Number("Link:DeadConnectionSeconds", 600, 0, 365 * Day),
            reader.Number("Exitrd:Wait", 300, 1, Day),
            // Larger packets are tried in the tunnel; without one the setting is taken at its word.
            protection == LinkProtection.WireGuard ? Math.Min(usual, LargePackets.UsualMtu) : usual,
            protection,
            reader.Number("Link:Port", WellKnownPorts.Tunnel, 1, MostPort)) 
        {
            WantedMtu = wanted, Internet = reader.Choice("Link:Internet", LinkInternetWords.Usual),
        };
    }

    private static int? ReadMtu(SettingReader reader) => reader.Text(MtuKey, "auto") switch
    {
        "auto" => null,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var mtu) && mtu is >= LeastMtu and <= MostMtu => mtu,
        _ => throw reader.Wrong(MtuKey, $"auto or a number from {LeastMtu} to {MostMtu}"),
    };
}
