using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Protocol.Handover;

/// <summary>The lines of the session file, each `name=value`: one table for writing and reading (docs/protocol.md#session-file).</summary>
internal static class SessionFields
{
    public const string Version = "stiefel-session";

    /// <summary>Longest NBD export name that we hand over, in bytes; the limit of NBD itself is 4096.</summary>
    private const int MaxExportName = 255;

    private const int MaxInitPath = 4095;

    private const string KeyExpected = "64 lower-case hexadecimal digits, not all zero";

    private static readonly GoodbyeSession s_noGoodbye = new("", "");

    private static readonly TunnelSession s_noTunnel = new(0, "", "", "");

    /// <summary>The lines of every session file.</summary>
    private static readonly SessionField[] s_always =
    [
        new("mac", "six hexadecimal pairs as 52:54:00:12:34:56", s => s.Mac, (s, v) => IsMac(v) ? s with { Mac = v } : null),
        new("server", "an IPv4 address, or an IPv6 address without %zone", s => s.ServerAddress, (s, v) => IsAddress(v) ? s with { ServerAddress = v } : null),
        new("port", "a number from 1 to 65535", s => Text(s.Port), (s, v) => Number(v, 1, 65535) is { } n ? s with { Port = n } : null),
        new("export", $"1 to {MaxExportName} characters from ! to ~", s => s.ExportName, (s, v) => IsWord(v, MaxExportName) ? s with { ExportName = v } : null, Secret: true),
        new("request-timeout", "seconds from 1 to 86400", s => Text(s.RequestTimeoutSeconds), (s, v) => Number(v, 1, 86400) is { } n ? s with { RequestTimeoutSeconds = n } : null),
        new("dead-connection", "seconds from 0 (for ever) to 31536000", s => Text(s.DeadConnectionSeconds), (s, v) => Number(v, 0, 31_536_000) is { } n ? s with { DeadConnectionSeconds = n } : null),
        new("exitrd-wait", "seconds from 1 to 86400", s => Text(s.ExitWaitSeconds), (s, v) => Number(v, 1, 86400) is { } n ? s with { ExitWaitSeconds = n } : null),
        new("mtu", "bytes from 1280 to 65535", s => Text(s.Mtu), (s, v) => Number(v, 1280, 65535) is { } n ? s with { Mtu = n } : null),
        new("init", "an absolute path without blanks", s => s.RealInit, (s, v) => v.StartsWith('/') && IsWord(v, MaxInitPath) ? s with { RealInit = v } : null),
        new("boot-port", "a number from 1 to 65535", s => Text(s.BootPort), (s, v) => Number(v, 1, 65535) is { } n ? s with { BootPort = n } : null),
    ];

    /// <summary>The lines about the tunnel; a file has all of them or none.</summary>
    private static readonly SessionField[] s_tunnel =
    [
        new("tunnel-port", "a number from 1 to 65535", s => Text(s.Tunnel!.Port), (s, v) => Number(v, 1, 65535) is { } n ? InTunnel(s, t => t with { Port = n }) : null),
        new("tunnel-key", KeyExpected, s => s.Tunnel!.PrivateKey, (s, v) => IsKey(v) ? InTunnel(s, t => t with { PrivateKey = v }) : null, Secret: true),
        new("tunnel-peer", KeyExpected, s => s.Tunnel!.PeerKey, (s, v) => IsKey(v) ? InTunnel(s, t => t with { PeerKey = v }) : null),
        new("tunnel-secret", KeyExpected, s => s.Tunnel!.PresharedKey, (s, v) => IsKey(v) ? InTunnel(s, t => t with { PresharedKey = v }) : null, Secret: true),
    ];

    /// <summary>The lines for a clean end; a file has all of them or none.</summary>
    private static readonly SessionField[] s_goodbye =
    [
        new("session", "32 lower-case hexadecimal digits", s => s.Goodbye!.Session, (s, v) => IsHexadecimal(v, 2 * SessionId.Size) ? InGoodbye(s, g => g with { Session = v }) : null),
        new("goodbye-key", "64 lower-case hexadecimal digits", s => s.Goodbye!.Key, (s, v) => IsHexadecimal(v, 2 * SessionGoodbye.KeySize) ? InGoodbye(s, g => g with { Key = v }) : null, Secret: true),
    ];

    /// <summary>The line that a link by IPv4 has in addition.</summary>
    private static readonly SessionField s_ownAddress =
        new("address", "an IPv4 address and a prefix length from 1 to 31, as 169.254.7.8/16", s => s.OwnAddress!, (s, v) => IsOwnAddress(v) ? s with { OwnAddress = v } : null);

    /// <summary>The line of a link that may carry larger packets.</summary>
    private static readonly SessionField s_largestMtu =
        new("largest-mtu", "bytes from 1281 to 65535", s => Text(s.LargestMtu!.Value), (s, v) => Number(v, 1281, 65535) is { } n ? s with { LargestMtu = n } : null);

    /// <summary>The line of a desktop with several cables to the laptop.</summary>
    private static readonly SessionField s_others =
        new("other-links", $"up to {OtherLink.Most} of 52:54:00:12:34:56=fe80::1, joined by commas", s => s.OtherLinks!, (s, v) => OtherLink.TryParse(v, IsMac, out _) ? s with { OtherLinks = v } : null);

    /// <summary>The line of a payload that may use the network behind the link's card.</summary>
    private static readonly SessionField s_internet =
        new("internet", LinkInternetWords.Expected, s => s.Internet.Word(), (s, v) => LinkInternetWords.Read(v) is { } internet ? s with { Internet = internet } : null);

    private static readonly SessionField[] s_all = [.. s_always, s_ownAddress, s_largestMtu, s_others, s_internet, .. s_goodbye, .. s_tunnel];

    /// <summary>The lines of this session's file.</summary>
    public static IReadOnlyList<SessionField> Of(AttachSession session) =>
    [
        .. s_always, .. session.OwnAddress is null ? [] : new[] { s_ownAddress }, .. session.LargestMtu is null ? [] : new[] { s_largestMtu },
        .. session.OtherLinks is null ? [] : new[] { s_others }, .. session.Internet == LinkInternet.No ? [] : new[] { s_internet }, .. session.Goodbye is null ? [] : s_goodbye, .. session.Tunnel is null ? [] : s_tunnel,
    ];

    public static AttachSession Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > AttachSession.MaxLength)
        {
            throw new FormatException($"{AttachSession.Path} has {text.Length} characters; at most {AttachSession.MaxLength} are allowed");
        }

        var lines = text.Split('\n');
        if (lines[0] != Version + "=1")
        {
            throw new FormatException($"{AttachSession.Path}:1: expected {Version}=1");
        }

        var session = new AttachSession { Mac = "", ServerAddress = "", Port = 0, ExportName = "" };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 1; i < lines.Length; i++)
        {
            session = lines[i].Length == 0 || lines[i][0] == '#' ? session : ReadLine(session, lines[i], i + 1, seen);
        }

        if (Of(session).FirstOrDefault(f => !seen.Contains(f.Name)) is { } missing)
        {
            throw new FormatException($"{AttachSession.Path}: the line {missing.Name}= is missing; expected {missing.Expected}");
        }

        return session switch
        {
            { Tunnel: not null, Mtu: < TunnelPlan.LeastLinkMtu } =>
                throw new FormatException($"{AttachSession.Path}: mtu: expected at least {TunnelPlan.LeastLinkMtu} bytes, because the link carries a tunnel"),
            { LargestMtu: { } largest } when session.Tunnel is null || largest <= session.Mtu =>
                throw new FormatException($"{AttachSession.Path}: largest-mtu: expected more than mtu, and a tunnel, in which such packets are tried"),
            { OtherLinks: not null, Tunnel: null } => throw new FormatException($"{AttachSession.Path}: other-links: expected a tunnel, which can go by each of them"),
            _ => session,
        };
    }

    public static IReadOnlyList<OtherLink> ReadOthers(string? text) => OtherLink.TryParse(text, IsMac, out var links) ? links : [];

    private static AttachSession ReadLine(AttachSession session, string line, int number, HashSet<string> seen)
    {
        var at = $"{AttachSession.Path}:{number}";
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            throw new FormatException($"{at}: expected name=value");
        }

        var (name, value) = (line[..equals], line[(equals + 1)..]);
        var field = s_all.FirstOrDefault(f => f.Name == name) ?? throw new FormatException($"{at}: unknown name '{Shown(name)}'");
        if (!seen.Add(name))
        {
            throw new FormatException($"{at}: {name} is given twice");
        }

        return field.Set(session, value)
            ?? throw new FormatException($"{at}: {name}: expected {field.Expected}{(field.Secret ? "" : $", got '{Shown(value)}'")}");
    }

    // Shortens a value and replaces unusual characters by `?`, so that a damaged file can neither control nor flood the console.
    private static string Shown(string value) =>
        string.Concat(value.Take(64).Select(c => c is > ' ' and < '\x7f' ? c : '?'));

    private static AttachSession InTunnel(AttachSession session, Func<TunnelSession, TunnelSession> change) =>
        session with { Tunnel = change(session.Tunnel ?? s_noTunnel) };

    private static AttachSession InGoodbye(AttachSession session, Func<GoodbyeSession, GoodbyeSession> change) =>
        session with { Goodbye = change(session.Goodbye ?? s_noGoodbye) };

    private static bool IsHexadecimal(string value, int length) => value.Length == length && value.All(char.IsAsciiHexDigitLower);

    private static bool IsKey(string value) => TunnelKey.TryParse(value, out _);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int? Number(string value, int low, int high) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= low && n <= high ? n : null;

    private static bool IsWord(string value, int longest) =>
        value.Length >= 1 && value.Length <= longest && value.All(c => c is > ' ' and < '\x7f');

    private static bool IsMac(string value) =>
        value.Length == 17 && value.Select((c, i) => i % 3 == 2 ? c == ':' : char.IsAsciiHexDigit(c)).All(ok => ok);

    private static bool IsOwnAddress(string value) =>
        value.Split('/') is [var address, var prefix] && IsAddress(address) && !address.Contains(':', StringComparison.Ordinal)
        && Number(prefix, 1, 31) is { } number && Text(number) == prefix;

    // IPAddress also accepts `7`, `0x7f.1` and `[fe80::1]:80`; accept only the usual notation here.
    private static bool IsAddress(string value) =>
        value.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
        && IPAddress.TryParse(value, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || value == address.ToString());
}

/// <summary>One line of the session file.</summary>
/// <param name="Name">The name left of the equals sign.</param>
/// <param name="Expected">A description of valid values, for the error message.</param>
/// <param name="Get">Returns the value's text.</param>
/// <param name="Set">Returns the session with the new value; null if the value is invalid.</param>
/// <param name="Secret">True if an error message must not show the value.</param>
internal sealed record SessionField(
    string Name,
    string Expected,
    Func<AttachSession, string> Get,
    Func<AttachSession, string, AttachSession?> Set,
    bool Secret = false);
