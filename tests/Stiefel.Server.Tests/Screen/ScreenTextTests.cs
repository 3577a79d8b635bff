using Stiefel.Linux.Firmware;
using Stiefel.Protocol.Control;
using Stiefel.Server.Return;
using Stiefel.Server.Screen;

namespace Stiefel.Server.Tests.Screen;

/// <summary>The rows of the laptop's screen, as a person sees them.</summary>
public sealed class ScreenTextTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Rows_OfALaptopAtWork_AreThese()
    {
        List<LoadSample> minute = [.. Enumerable.Range(0, 60).Select(i => new LoadSample(s_start, i % 10 * 1e6, 0, 1234, 0.12, 5_000_000, 54))];
        var rows = ScreenText.Of(new ScreenView(Serving(), new LoadStatus(minute, []), Cable(), "the laptop is on battery, 64%, 80 min left", false), ScreenDialogue.Keys, s_start.AddMinutes(134));
        Assert.Equal(
            [
                " thinkpad: SERVING BLUE  for 2 h 14 min",
                "",
                "",
                " link     eth0, 1000 Mbit/s, MTU 1500, protection wireguard",
                " read     9.0 MB/s    -=+*#@@ ._--=+*#@ ._--=+*#@ ._--=+*#@ ._--=+*#@"[..22] + rows[4][22..],
                " written  0.0 MB/s    " + new string(' ', 44),
                " disk     1234 requests/s, 0.12 ms each, 5.0 MB not on it yet",
                " power    the laptop is on battery, 64%, 80 min left, 54 degrees C",
                " address  fe80::1%eth0",
                "",
                "",
                " [e] end session  [r] return home  [p] power off  [s] silence beeps",
                new string('-', 79),
            ],
            rows);
        Assert.Equal(44, rows[4][22..].Length);
        Assert.Contains('@', rows[4]);
    }

    [Fact]
    public void Rows_WithoutADesktop_SayWhatToDo()
    {
        var status = Serving() with { Disk = new DiskStatus("/dev/sda", false, DiskState.Idle, null, null), Sessions = [], Connections = [] };
        var rows = ScreenText.Of(new ScreenView(status, new LoadStatus([], []), new NetworkStatus([]), "the laptop is on mains", false), "", s_start);
        Assert.Equal(" thinkpad: WAITING FOR A DESKTOP  for 0 s", rows[0]);
        Assert.Equal("   plug the cable in and start the desktop from its stick", rows[1]);
        Assert.Contains("no cable", rows[3], StringComparison.Ordinal);
    }

    /// <summary>Neither what to do nor a warning is cut off where they are longer than a row.</summary>
    [Fact]
    public void Rows_OfLongWords_HaveThemWhole()
    {
        const string Problem = "it runs at 100 Mbit/s although both ends can do 1000: try another cable, and look at the socket";
        var status = Serving() with { Connections = [], Boot = new BootStatus(null, null, 0, 0, false, Problem) };
        var rows = ScreenText.Of(new ScreenView(status, new LoadStatus([], []), Cable(), "", false), "", s_start);
        Assert.Equal("   nothing is lost: switch it on or plug in its cable; no other desktop gets", rows[1]);
        Assert.Equal("   the disk until the session is ended", rows[2]);
        Assert.Equal([$" !        {Problem[..65]}", $"          {Problem[66..]}"], rows.Skip(9).Take(2));
    }

    /// <summary>A machine with a BIOS shows this all the time.</summary>
    [Fact]
    public void Rows_OfALaptopThatDoesNotReturn_SayWhollyHowItReturns()
    {
        var held = new ReturnPermit(new ReturnMarks(new EfiVariables("/none")), ownSystemRan: false).WhyNot;
        var rows = ScreenText.Of(new ScreenView(Serving() with { Return = new ReturnStatus(LeaveWords.Restart, null, held, null) }, new LoadStatus([], []), Cable(), "", false), "", s_start);
        Assert.Equal("          return by `r` on its screen, `stiefel return` or the power button", rows[10]);
    }

    [Fact]
    public void Rows_OfATextThatIsLongerThanTwo_ShowThatItIsCut()
    {
        var problem = string.Join(' ', Enumerable.Repeat("partition", 30));
        var rows = ScreenText.Of(new ScreenView(Serving() with { Boot = new BootStatus(null, null, 0, 0, false, problem) }, new LoadStatus([], []), Cable(), "", false), "", s_start);
        Assert.EndsWith("partition ...", rows[10], StringComparison.Ordinal);
        Assert.InRange(rows[10].Length, 70, ScreenText.Columns);
    }

    /// <summary>The address that a person can type elsewhere comes before those that need a zone or a link of their own.</summary>
    [Fact]
    public void Addresses_OfACardWithSeveral_BeginWithTheRoutableOne()
    {
        var network = new NetworkStatus([Cable().Interfaces[0] with { Addresses = ["169.254.0.7/16", "fe80::1/64", "192.168.7.1/24"] }]);
        var rows = ScreenText.Of(new ScreenView(Serving(), new LoadStatus([], []), network, "", false), "", s_start);
        Assert.Equal(" address  192.168.7.1  169.254.0.7", rows[8]);
    }

    /// <summary>A hostile name of another machine cannot break the screen.</summary>
    [Fact]
    public void Rows_OfHostileNames_FitAndDrawNothing()
    {
        var name = "\u001b[2J\u009b" + new string('x', 500);
        var status = Serving() with { Laptop = name, Sessions = [new SessionStatus("6c47", name, "fe80::1", s_start)], Boot = new BootStatus(null, null, 0, 0, false, name + "\n\n") };
        var rows = ScreenText.Of(new ScreenView(status, new LoadStatus([], []), Cable(), name, true), name, s_start);
        Assert.Equal(ScreenText.Rows, rows.Count);
        Assert.All(rows, row => Assert.True(row.Length <= ScreenText.Columns && !row.Any(char.IsControl), row));
    }

    private static NetworkStatus Cable() => new(
        [new InterfaceStatus { Name = "eth0", Mac = "", Up = true, Carrier = true, SpeedMbit = 1000, Mtu = 1500, Addresses = ["fe80::1/64"], Machines = ["fe80::2%2"], Problems = [] }]);

    private static StatusDocument Serving() => new()
    {
        Laptop = "thinkpad", Version = "1", StartedAt = s_start, Disk = new DiskStatus("/dev/sda", false, DiskState.Granted, "6c47", s_start), Link = new LinkStatus("wireguard", null),
        Sessions = [new SessionStatus("6c47", "blue", "fe80::1", s_start)], Connections = [new ConnectionStatus("fe80::1:1", "session 6c47", 0, 0, 0, s_start)], Machines = [],
    };
}
