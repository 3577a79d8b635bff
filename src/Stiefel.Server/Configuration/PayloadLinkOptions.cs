namespace Stiefel.Server.Configuration;

/// <summary>How the payload is told to treat its link.</summary>
/// <param name="RequestTimeoutSeconds">An unanswered request ends the connection after this time.</param>
/// <param name="DeadConnectionSeconds">Requests wait this long for a new connection; 0 for ever.</param>
/// <param name="Mtu">Bytes.</param>
public sealed record PayloadLinkOptions(int RequestTimeoutSeconds, int DeadConnectionSeconds, int Mtu)
{
    private const int Day = 24 * 60 * 60;

    // RFC 8200 §5: every link of IPv6 carries 1280; Linux network devices stop at 65535.
    private const int LeastMtu = 1280;
    private const int MostMtu = 65535;

    public static PayloadLinkOptions Read(SettingReader reader) => new(
        reader.Number("Link:RequestTimeoutSeconds", 5, 1, Day),
        reader.Number("Link:DeadConnectionSeconds", 600, 0, 365 * Day),
        reader.Number("Link:Mtu", 1500, LeastMtu, MostMtu));
}
