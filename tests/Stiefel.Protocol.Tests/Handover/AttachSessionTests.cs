using System.Net;
using CsCheck;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handover;

namespace Stiefel.Protocol.Tests.Handover;

public sealed class AttachSessionTests
{
    private static readonly AttachSession s_session = new()
    {
        Mac = "52:54:00:12:34:56",
        ServerAddress = "fe80::5054:ff:fe12:3457",
        Port = 10809,
        ExportName = "s-abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst",
    };

    private const string Text = """
        stiefel-session=1
        mac=52:54:00:12:34:56
        server=fe80::5054:ff:fe12:3457
        port=10809
        export=s-abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst
        request-timeout=5
        dead-connection=600
        exitrd-wait=300
        mtu=1500
        init=/init
        boot-port=4644

        """;

    private const string Tunnel = """
        tunnel-port=61571
        tunnel-key=1111111111111111111111111111111111111111111111111111111111111111
        tunnel-peer=2222222222222222222222222222222222222222222222222222222222222222
        tunnel-secret=3333333333333333333333333333333333333333333333333333333333333333

        """;

    private static readonly AttachSession s_tunnelled = s_session with { Tunnel = new(61571, new('1', 64), new('2', 64), new('3', 64)) };

    [Fact]
    public void Format_SessionInATunnel_IsExactlyThisText()
    {
        Assert.Equal(Text + Tunnel, s_tunnelled.Format());
        Assert.Equal(s_tunnelled, AttachSession.Parse(Text + Tunnel));
    }

    [Fact]
    public void Format_SessionThatCanEnd_IsExactlyThisTextAndHoldsTheKeyBack()
    {
        var session = s_session with { Goodbye = new(new('4', 32), new('5', 64)) };
        var text = $"{Text}session={new string('4', 32)}\ngoodbye-key={new string('5', 64)}\n";
        Assert.Equal(text, session.Format());
        Assert.Equal(session, AttachSession.Parse(text));
        Assert.DoesNotMatch("5555", $"{session} {session.Goodbye}");
        Assert.StartsWith("/stiefel/session: the line goodbye-key= is missing", Assert.Throws<FormatException>(() => AttachSession.Parse($"{Text}session={new string('4', 32)}\n")).Message, StringComparison.Ordinal);
        var wrong = Assert.Throws<FormatException>(() => AttachSession.Parse(text.Replace("key=55", "key=5X", StringComparison.Ordinal)));
        Assert.DoesNotContain("555", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Format_LaptopByIPv4_HasTheDesktopsOwnAddress()
    {
        var session = s_session with { ServerAddress = "169.254.9.1", OwnAddress = "169.254.7.8/16" };
        var text = Text.Replace("fe80::5054:ff:fe12:3457", "169.254.9.1", StringComparison.Ordinal) + "address=169.254.7.8/16\n";
        Assert.Equal(text, session.Format());
        Assert.Equal(session, AttachSession.Parse(text));
    }

    [Fact]
    public void Format_LargerPacketsWereAgreed_HasTheirSize()
    {
        var session = s_tunnelled with { LargestMtu = 9000 };
        Assert.Equal(Text + "largest-mtu=9000\n" + Tunnel, session.Format());
        Assert.Equal(session, AttachSession.Parse(session.Format()));
        Assert.Null(AttachSession.Parse(Text + Tunnel).LargestMtu);
    }

    [Fact]
    public void Format_SeveralCables_NamesTheOthers()
    {
        const string Line = "52:54:00:12:34:57=fe80::7,52:54:00:12:34:58=fe80::8";
        var session = s_tunnelled with { OtherLinks = Line };
        Assert.Equal(Text + $"other-links={Line}\n" + Tunnel, session.Format());
        Assert.Equal(session, AttachSession.Parse(session.Format()));
        Assert.Equal([new OtherLink("52:54:00:12:34:57", IPAddress.Parse("fe80::7")), new OtherLink("52:54:00:12:34:58", IPAddress.Parse("fe80::8"))], session.Others);
        Assert.Equal(Line, OtherLink.Format(session.Others));
        Assert.Empty(s_tunnelled.Others);
        Assert.Null(OtherLink.Format([]));
        Assert.Equal("52:54:00:12:34:57=fe80::7", OtherLink.Format([new OtherLink("52:54:00:12:34:57", new IPAddress(IPAddress.Parse("fe80::7").GetAddressBytes(), 4))]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("52:54:00:12:34:57")]
    [InlineData("52:54:00:12:34=fe80::7")]
    [InlineData("52:54:00:12:34:57=fe80::7%2")]
    [InlineData("52:54:00:12:34:57=[fe80::7]:1")]
    [InlineData("52:54:00:12:34:57=2001:db8::7")]
    [InlineData("52:54:00:12:34:57=169.254.7.8")]
    [InlineData("52:54:00:12:34:57=fe80::7,")]
    [InlineData("52:54:00:12:34:57=fe80::7=fe80::8")]
    [InlineData("02:00:00:00:00:01=fe80::1,02:00:00:00:00:02=fe80::1,02:00:00:00:00:03=fe80::1,02:00:00:00:00:04=fe80::1,02:00:00:00:00:05=fe80::1,02:00:00:00:00:06=fe80::1,02:00:00:00:00:07=fe80::1,02:00:00:00:00:08=fe80::1")]
    public void Parse_WrongOtherLinks_SaysWhereAndWhat(string value) => Assert.StartsWith(
        "/stiefel/session:12: other-links: expected up to 7 of 52:54:00:12:34:56=fe80::1, joined by commas, got '",
        Assert.Throws<FormatException>(() => AttachSession.Parse(Text + $"other-links={value}\n" + Tunnel)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_OtherLinksWithoutATunnel_IsRefused() => Assert.Equal(
        "/stiefel/session: other-links: expected a tunnel, which can go by each of them",
        Assert.Throws<FormatException>(() => AttachSession.Parse(Text + "other-links=52:54:00:12:34:57=fe80::7\n")).Message);

    [Theory]
    [InlineData(LinkInternet.Auto, "internet=auto\n")]
    [InlineData(LinkInternet.Yes, "internet=yes\n")]
    [InlineData(LinkInternet.No, "")]
    public void Format_NetworkBehindTheCard_HasItsLineUnlessThePayloadMayNotUseIt(LinkInternet internet, string line)
    {
        var session = s_tunnelled with { Internet = internet };
        Assert.Equal(Text + line + Tunnel, session.Format());
        Assert.Equal(session, AttachSession.Parse(session.Format()));
    }

    [Fact]
    public void Parse_WrongInternet_SaysWhereAndWhat() => Assert.Equal(
        "/stiefel/session:12: internet: expected auto, yes or no, got 'maybe'", Assert.Throws<FormatException>(() => AttachSession.Parse(Text + "internet=maybe\n")).Message);

    [Theory]
    [InlineData("largest-mtu=1280\n", true, "/stiefel/session:12: largest-mtu: expected bytes from 1281 to 65535, got '1280'")]
    [InlineData("largest-mtu=1500\n", true, "/stiefel/session: largest-mtu: expected more than mtu, and a tunnel")]
    [InlineData("largest-mtu=9000\n", false, "/stiefel/session: largest-mtu: expected more than mtu, and a tunnel")]
    public void Parse_WrongLargestMtu_SaysWhereAndWhat(string line, bool hasTunnel, string message) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => AttachSession.Parse(Text + line + (hasTunnel ? Tunnel : ""))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("169.254.7.8")]
    [InlineData("169.254.7.8/")]
    [InlineData("169.254.7.8/0")]
    [InlineData("169.254.7.8/32")]
    [InlineData("169.254.7.8/016")]
    [InlineData("169.254.7.8/16/16")]
    [InlineData("169.254.7/16")]
    [InlineData("fe80::1/16")]
    [InlineData("/16")]
    public void Parse_WrongOwnAddress_SaysWhereAndWhat(string wrong)
    {
        var thrown = Assert.Throws<FormatException>(() => AttachSession.Parse($"{Text}address={wrong}\n"));
        Assert.Equal($"/stiefel/session:12: address: expected an IPv4 address and a prefix length from 1 to 31, as 169.254.7.8/16, got '{wrong}'", thrown.Message);
    }

    [Theory]
    [InlineData("tunnel-port=61571\n", "", "/stiefel/session: the line tunnel-port= is missing")]
    [InlineData("tunnel-secret=", "#", "/stiefel/session: the line tunnel-secret= is missing")]
    [InlineData("tunnel-port=61571", "tunnel-port=0", "/stiefel/session:12: tunnel-port: expected a number from 1 to 65535, got '0'")]
    [InlineData("tunnel-key=11", "tunnel-key=1", "/stiefel/session:13: tunnel-key: expected 64 lower-case hexadecimal digits, not all zero")]
    [InlineData("tunnel-peer=22", "tunnel-peer=XY", "/stiefel/session:14: tunnel-peer: expected 64 lower-case hexadecimal digits, not all zero, got 'XY22")]
    [InlineData("tunnel-secret=33", "tunnel-secret=3A", "/stiefel/session:15: tunnel-secret: expected 64 lower-case hexadecimal digits, not all zero")]
    [InlineData("mtu=1500", "mtu=1359", "/stiefel/session: mtu: expected at least 1360 bytes")]
    public void Parse_WrongTunnel_SaysWhereAndNoSecret(string right, string wrong, string message)
    {
        var thrown = Assert.Throws<FormatException>(() => AttachSession.Parse((Text + Tunnel).Replace(right, wrong, StringComparison.Ordinal)));
        Assert.StartsWith(message, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("1111", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("3333", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_SessionInATunnel_HoldsNoKey()
    {
        Assert.Contains("WireGuard at port 61571", s_tunnelled.ToString(), StringComparison.Ordinal);
        Assert.DoesNotMatch("1111|3333|abcdef", s_tunnelled.ToString());
        Assert.DoesNotMatch("1111|3333", s_tunnelled.Tunnel!.ToString());
    }

    [Fact]
    public void Format_Session_IsExactlyThisText() => Assert.Equal(Text, s_session.Format());

    [Fact]
    public void Parse_Formatted_IsTheSame()
    {
        var session = s_session with { ServerAddress = "192.0.2.7", DeadConnectionSeconds = 0, ExitWaitSeconds = 60, Mtu = 9000, RealInit = "/sbin/init", BootPort = 8080, RequestTimeoutSeconds = 30 };
        Assert.Equal(session, AttachSession.Parse(session.Format()));
        Assert.Equal(s_session, AttachSession.Parse(Text));
    }

    [Fact]
    public void Parse_CommentsBlanksAndAnyOrder_IsTheSame()
    {
        var lines = Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var shuffled = string.Join('\n', [lines[0], "# by hand", "", .. lines[1..].Reverse()]);
        Assert.Equal(s_session, AttachSession.Parse(shuffled));
    }

    [Theory]
    [InlineData("stiefel-session=1", "stiefel-session=2", "/stiefel/session:1: expected stiefel-session=1")]
    [InlineData("mac=52:54:00:12:34:56", "mac=52-54-00-12-34-56", "/stiefel/session:2: mac: expected six hexadecimal pairs as 52:54:00:12:34:56, got '52-54-00-12-34-56'")]
    [InlineData("mac=52:54:00:12:34:56", "mac=52:54:00:12:34:56:", "/stiefel/session:2: mac: expected six")]
    [InlineData("server=fe80::5054:ff:fe12:3457", "server=fe80::1%2", "/stiefel/session:3: server: expected an IPv4 address, or an IPv6 address without %zone, got 'fe80::1%2'")]
    [InlineData("server=fe80::5054:ff:fe12:3457", "server=7", "/stiefel/session:3: server:")]
    [InlineData("server=fe80::5054:ff:fe12:3457", "server=[fe80::1]:80", "/stiefel/session:3: server:")]
    [InlineData("server=fe80::5054:ff:fe12:3457", "server=fe80::1/64", "/stiefel/session:3: server:")]
    [InlineData("server=fe80::5054:ff:fe12:3457", "server=laptop", "/stiefel/session:3: server:")]
    [InlineData("port=10809", "port=0", "/stiefel/session:4: port: expected a number from 1 to 65535, got '0'")]
    [InlineData("port=10809", "port=65536", "/stiefel/session:4: port:")]
    [InlineData("port=10809", "port=+1", "/stiefel/session:4: port:")]
    [InlineData("port=10809", "port", "/stiefel/session:4: expected name=value")]
    [InlineData("port=10809", "prot=10809", "/stiefel/session:4: unknown name 'prot'")]
    [InlineData("port=10809", "mtu=1500", "/stiefel/session:9: mtu is given twice")]
    [InlineData("port=10809\n", "", "/stiefel/session: the line port= is missing; expected a number from 1 to 65535")]
    [InlineData("request-timeout=5", "request-timeout=0", "/stiefel/session:6: request-timeout: expected seconds from 1 to 86400, got '0'")]
    [InlineData("dead-connection=600", "dead-connection=-1", "/stiefel/session:7: dead-connection:")]
    [InlineData("exitrd-wait=300", "exitrd-wait=0", "/stiefel/session:8: exitrd-wait: expected seconds from 1 to 86400, got '0'")]
    [InlineData("mtu=1500", "mtu=500", "/stiefel/session:9: mtu:")]
    [InlineData("init=/init", "init=init", "/stiefel/session:10: init: expected an absolute path without blanks, got 'init'")]
    [InlineData("boot-port=4644", "boot-port=0", "/stiefel/session:11: boot-port: expected a number from 1 to 65535, got '0'")]
    [InlineData("init=/init", "init=/bin/x y", "/stiefel/session:10: init: expected an absolute path without blanks, got '/bin/x?y'")]
    public void Parse_WrongLine_SaysWhereAndWhatInOneLine(string right, string wrong, string message)
    {
        var thrown = Assert.Throws<FormatException>(() => AttachSession.Parse(Text.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.StartsWith(message, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', thrown.Message);
    }

    [Fact]
    public void Parse_BadExport_DoesNotRepeatTheSecret()
    {
        var thrown = Assert.Throws<FormatException>(() => AttachSession.Parse(Text.Replace("export=s-", "export=s -", StringComparison.Ordinal)));
        Assert.StartsWith("/stiefel/session:5: export: expected", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("abcdef", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("abcdef", s_session.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooLong_IsRefused() =>
        Assert.Throws<FormatException>(() => AttachSession.Parse(Text + new string('#', AttachSession.MaxLength)));

    [Theory]
    [InlineData("a\nport=1")]
    [InlineData("")]
    [InlineData("two words")]
    public void Format_ValueThatCouldNotBeReadBack_Throws(string export) =>
        Assert.Throws<FormatException>(() => (s_session with { ExportName = export }).Format());

    [Fact]
    public void Parse_MutatedText_GivesASessionOrOneLine() =>
        Gen.Select(Gen.Int[0, (Text + Tunnel).Length - 1], Gen.Int[0, 80], Gen.String[0, 6]).Sample(
            (at, cut, insert) =>
            {
                var whole = Text + Tunnel;
                var text = string.Concat(whole.AsSpan(0, at), insert, whole.AsSpan(Math.Min(at + cut, whole.Length)));
                try
                {
                    var session = AttachSession.Parse(text);
                    return AttachSession.Parse(session.Format()) == session;
                }
                catch (FormatException e)
                {
                    return !e.Message.Any(char.IsControl);
                }
            },
            iter: Sample.Tries(5_000));
}
