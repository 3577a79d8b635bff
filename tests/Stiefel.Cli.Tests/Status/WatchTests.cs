using System.Text.Json;
using Stiefel.Cli.Control;
using Stiefel.Cli.Status;
using Stiefel.Cli.Tests.Control;
using Stiefel.CommandLine;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Status;

/// <summary>`stiefel status --watch`.</summary>
public sealed class WatchTests
{
    private const string Status = """
        {"laptop":"think\u001b[2Jpad","version":"0.1.0","startedAt":"2026-01-02T03:04:05+00:00",
         "disk":{"path":"/dev/sda","readOnly":false,"state":"granted","heldBy":"6c472c2c25ab6e80ea1275381f265d4f","heldSince":"2026-01-02T03:04:05+00:00"},
         "link":{"protection":"none","warning":"everybody who reaches the link can read and change the disk while a desktop uses it"},
         "sessions":[{"id":"6c472c2c25ab6e80ea1275381f265d4f","key":"blue","machine":"fe80::1%2","since":"2026-01-02T03:04:05+00:00"}],
         "connections":[{"remote":"[fe80::1%2]:40000","export":"session 6c472c2c","bytesRead":1500000,"bytesWritten":0,"requests":3,"since":"2026-01-02T03:04:05+00:00"}],
         "machines":[{"address":"fe80::1%2","stage":"connected","events":[{"at":"2026-01-02T03:04:05+00:00","stage":"connected","text":"uses session 6c472c2c"}]}]}
        """;

    private static readonly LoadSample s_sample = new(DateTimeOffset.UnixEpoch, 84_200_000, 3_100_000, 1234, 0.12, 5_000_000, 54);

    [Theory]
    [InlineData(80)]
    [InlineData(40)]
    [InlineData(1)]
    public void Text_OfEveryWidth_FitsAndDrawsNothing(int width)
    {
        var lines = new WatchText(width, canBlocks: true, TimeProvider.System).Of(Server());
        Assert.All(lines, line => Assert.True(line.Length < width, line));
        Assert.DoesNotContain(lines, line => line.Any(char.IsControl));
        Assert.True(lines.Count < 24, string.Join('\n', lines));
    }

    [Fact]
    public void Text_OfAServerAtWork_TellsAllAtAGlance()
    {
        var text = string.Join('\n', new WatchText(100, canBlocks: false, TimeProvider.System).Of(Server()));
        foreach (var part in new[]
        {
            "think?[2Jpad: serving blue, since ", "WARNING   everybody who reaches the link", "WARNING   the battery is low", "link      eth0, 1000 Mbit/s, MTU 1500, protection none",
            "power     low, 12 %, about 9 min left, 54 °C", "read      84.2 MB/s", "written   3.1 MB/s", "requests  1234/s", "latency   0.12 ms", "unwritten 5.0 MB", "session   6c472c2c, key blue",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.All(text.Replace("°", "", StringComparison.Ordinal), character => Assert.True(char.IsAscii(character)));
    }

    [Theory]
    [InlineData("xterm", "en_US.UTF-8", true, true, true)]
    [InlineData("xterm", "C", true, true, false)]
    [InlineData("linux", "C.UTF-8", true, true, false)]
    [InlineData("xterm", "C.UTF-8", false, false, true)]
    [InlineData("dumb", "C.UTF-8", true, false, false)]
    [InlineData(null, null, true, false, false)]
    public void Terminal_OfEachKind_GetsWhatItCan(string? term, string? language, bool isTerminal, bool canDraw, bool canBlocks)
    {
        var terminal = WatchTerminal.Of(isTerminal, isStyleWanted: false, isJson: false, name => name == "TERM" ? term : name == "LANG" ? language : null, () => (120, 40));
        Assert.Equal((canDraw, canBlocks), (terminal.Height is not null, terminal.CanBlocks));
        var frame = terminal.Frame(["one", "two"]);
        Assert.Equal(canDraw, frame.Contains('\u001b', StringComparison.Ordinal));
        Assert.DoesNotContain("[1m", frame, StringComparison.Ordinal);
    }

    [Fact]
    public void Terminal_OfFewRows_IsNotScrolled() =>
        Assert.Equal(3, new WatchTerminal(80, 4, HasStyle: true, CanBlocks: true, IsJson: false).Frame(["1", "2", "3", "4", "5"]).Split('\n').Length - 1);

    /// <summary>The watch waits for a laptop that does not answer for a while, and then goes on.</summary>
    [Fact]
    public async Task Json_OfAServerThatGoesAway_IsOneLineASecond()
    {
        using var key = SharedKey.Generate("blue");
        using var output = new StringWriter();
        using var stop = new CancellationTokenSource(TimeLimit.Seconds(60));
        var server = new ScriptedControlPlane(key, "200 OK", "application/json", Status);
        using var plane = ControlPlane.Of(server.Host, key);
        var watch = new ServerWatch(plane, output, new WatchTerminal(80, null, false, false, IsJson: true), TimeProvider.System).WriteJsonAsync(stop.Token);
        await UntilAsync(() => Lines(output) > 0, stop.Token);
        server.Dispose();
        await UntilAsync(() => output.ToString().Contains("\"status\":null", StringComparison.Ordinal), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
        foreach (var line in output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            Assert.True(document.RootElement.TryGetProperty("at", out _));
        }

        Assert.Contains("\"laptop\":\"think", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_OfAServerThatGoesAway_SaysSinceWhen()
    {
        using var key = SharedKey.Generate("blue");
        using var output = new StringWriter();
        using var stop = new CancellationTokenSource(TimeLimit.Seconds(60));
        var server = new ScriptedControlPlane(key, "200 OK", "application/json", Status);
        using var plane = ControlPlane.Of(server.Host, key);
        var watch = new ServerWatch(plane, output, new WatchTerminal(80, null, false, false, IsJson: false), TimeProvider.System).ShowAsync(stop.Token);
        await UntilAsync(() => output.ToString().Contains("serving blue", StringComparison.Ordinal), stop.Token);
        server.Dispose();
        await UntilAsync(() => output.ToString().Contains("no answer since", StringComparison.Ordinal), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    [Fact]
    public async Task Show_WithoutAnyAnswer_EndsAtOnce()
    {
        using var key = SharedKey.Generate("blue");
        using var plane = ControlPlane.Of("127.0.0.1:1", key);
        var watch = new ServerWatch(plane, TextWriter.Null, new WatchTerminal(80, null, false, false, IsJson: false), TimeProvider.System);
        await Assert.ThrowsAsync<FailedException>(() => watch.ShowAsync(TestContext.Current.CancellationToken));
    }

    private static int Lines(StringWriter output) => output.ToString().Count(character => character == '\n');

    private static async Task UntilAsync(Func<bool> isSo, CancellationToken token)
    {
        while (!isSo())
        {
            await Task.Delay(20, token);
        }
    }

    private static WatchedServer Server() => new(
        ControlDocuments.ReadStatus(Status), new LoadStatus([s_sample, s_sample], []),
        new PowerStatus(PowerStates.Low, DateTimeOffset.UnixEpoch, 12, 9, null, [], new AlarmStatus(true, false, false)),
        new NetworkStatus([new InterfaceStatus { Name = "eth0", Mac = "", Up = true, Carrier = true, SpeedMbit = 1000, Mtu = 1500, Addresses = [], Machines = [], Problems = [] }]));
}
