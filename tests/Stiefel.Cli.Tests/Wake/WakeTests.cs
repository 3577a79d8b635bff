using System.CommandLine;
using Stiefel.Cli.Verbs;
using Stiefel.Cli.Wake;
using Stiefel.CommandLine;
using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Cli.Tests.Wake;

public sealed class WakeTests : IDisposable
{
    private static readonly MacAddress s_card = MacAddress.FromBytes([0x52, 0x54, 0, 0x12, 0x34, 0x56]);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Packet_OfACard_IsItsAddressSixteenTimesBehindOnes() =>
        Assert.Equal("ffffffffffff" + string.Concat(Enumerable.Repeat("525400123456", 16)), Convert.ToHexStringLower(MagicPacket.For(s_card)));

    [Fact]
    public void Desktops_ThatCalled_AreKnownByTheirCardTheLatestFirst()
    {
        var known = new KnownDesktops(_directory["state/desktops"]);
        Assert.Empty(known.List());
        var other = MacAddress.FromBytes([2, 0, 0, 0, 0, 1]);
        known.Remember(new KnownDesktop("blue stick", s_card, "eth0"));
        known.Remember(new KnownDesktop("red", other, "eth1"));
        known.Remember(new KnownDesktop("blue stick", s_card, "usb0"));
        Assert.Equal([new KnownDesktop("blue stick", s_card, "usb0"), new KnownDesktop("red", other, "eth1")], known.List());

        File.AppendAllText(_directory["state/desktops"], "damaged\n52:54 eth0 x\n");
        Assert.Equal(2, known.List().Count);
        for (byte i = 0; i < 100; i++)
        {
            known.Remember(new KnownDesktop("more", MacAddress.FromBytes([2, 0, 0, 0, 1, i]), "eth0"));
        }

        Assert.Equal(32, known.List().Count);
    }

    [Theory]
    [InlineData(null, "blue stick (52:54:00:12:34:56) on eth0")]
    [InlineData("BLUE STICK", "blue stick (52:54:00:12:34:56) on eth0")]
    [InlineData("02:00:00:00:00:01", "red (02:00:00:00:00:01) on eth1")]
    public void Find_ADesktopThatCalled_IsItsCardAtTheInterfaceOfTheCall(string? name, string expected)
    {
        var known = new KnownDesktops(_directory["desktops"]);
        known.Remember(new KnownDesktop("red", MacAddress.FromBytes([2, 0, 0, 0, 0, 1]), "eth1"));
        known.Remember(new KnownDesktop("blue stick", s_card, "eth0"));
        NetworkLink[] links = [Link("eth0", hasCarrier: true), Link("eth1", hasCarrier: true)];

        Assert.Equal(expected, SleepingDesktop.Find(name, by: null, known, links).ToString());
        Assert.Equal("blue stick (52:54:00:12:34:56) on eth1", SleepingDesktop.Find("blue stick", "eth1", known, links).ToString());
        var silent = Assert.Throws<FailedException>(() => SleepingDesktop.Find(name: null, by: null, known, [Link("eth0", hasCarrier: false)]));
        Assert.Contains("eth0 has no carrier", silent.Message, StringComparison.Ordinal);
        Assert.Contains("these have: blue stick, red", Assert.Throws<FailedException>(() => SleepingDesktop.Find("green", null, known, links)).Message, StringComparison.Ordinal);
    }

    private static NetworkLink Link(string name, bool hasCarrier) =>
        new(1, name, MacAddress.FromBytes([2, 0, 0, 0, 0, 9]), IsUp: true, hasCarrier, hasCarrier ? "up" : "down", 1500, IsEthernetLike: true);

    [Theory]
    [InlineData("", ExitCode.Failed, "no desktop has called this laptop yet")]
    [InlineData("blue", ExitCode.Failed, "no desktop has called this laptop yet")]
    [InlineData("52:54:00:12:34:56", ExitCode.WrongUsage, "name the interface that leads to it")]
    [InlineData("52:54:00:12:34:56 --interface none9", ExitCode.Failed, "there is no network interface none9")]
    public async Task Wake_OfAnUnknownDesktop_SaysWhatIsMissing(string arguments, int code, string expected)
    {
        using var error = new StringWriter();
        Assert.Equal(code, await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(
            new RootCommand("test") { WakeVerb.Build() }, ["wake", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--desktops", _directory["none"]], TextWriter.Null, error));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
    }
}
