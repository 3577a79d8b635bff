using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests the ordinary accidents of hours of work, one after the other in the life of one program that writes: no write fails, what was written is all there, and each
/// time the disk is back within seconds after the link is.
/// </summary>
[Trait("Needs", "machines")]
public sealed class AccidentTests(MachineParts parts) : PayloadScenario(parts)
{
    // 20 in all; the others while the cable is out, a card is away, or the desktop sleeps.
    private const int KillsInUse = 6;
    private const int KillsInOutage = 5;
    private const int KillsInEachAccident = 1;

    private const string TakenOver = "dmesg | grep -c 'its stand-by goes on in its place' || true";

    // The longest time from the moment at which the link is whole until the first write has been answered. A few seconds with emulated machines.
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_cableOut = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_away = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_asleep = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(Environment.TickCount);
    private int _kills;

    [Fact]
    public Task Desktop_ThroughADayOfAccidents_LosesNothingAndGoesOnWithinSeconds() => PlayAsync("accidents", async (_, payload) =>
    {
        var writer = new KeptWriter(payload.Shell, Token);
        await writer.StartAsync();
        var laptop = await payload.Laptop.OpenShellAsync(Token);
        var day = new Day(payload, laptop, writer);

        // As a file in sysctl.d may do; a card that comes back appears where this counts.
        await payload.Shell.RunAsync("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6", Token);
        await KillAgentAsync(day);
        await KillServerAsync(day, KillsInUse);
        await KillAgentAsync(day);
        await PullCableAsync(day);
        await ReplugAsync(day, payload.Desktop.Machine, "the desktop's card", QemuCommandLine.SpareSlot);
        await ReplugAsync(day, payload.Desktop.Machine, "the desktop's card, where it was", QemuCommandLine.AdapterSlot);
        await ReplugAsync(day, payload.Laptop.Machine, "the laptop's card", QemuCommandLine.SpareSlot);
        await SleepAsync(day);
        await SleepAsync(day);
        await SetClocksAsync(day);

        Assert.Equal(20, _kills);
        await writer.EndAsync();
        await PayloadChecks.NoDiskErrorAsync(payload.Shell, Token);
        await payload.Desktop.PowerOffAsync(payload.Shell, Token);
    });

    /// <summary>Kills the server at random moments of its life while the desktop writes, until init has started it this often again.</summary>
    private async Task KillServerAsync(Day day, int times)
    {
        for (var kill = 1; kill <= times; kill++)
        {
            await Task.Delay(_random.Next(1500), Token);
            await KillServerInUseAsync(day, $"server killed, {kill} of {times}");
        }
    }

    private async Task KillServerInUseAsync(Day day, string what)
    {
        await KillAsync(day);
        await day.Writer.BeginNextAsync();
        await ServesAsync(day);
        await EndAsync(day, what);
    }

    /// <summary>Kills the server while nothing reaches it anyway; returns when it serves again.</summary>
    private async Task KillServerAwayAsync(Day day, int times)
    {
        for (var kill = 1; kill <= times; kill++)
        {
            await KillAsync(day);
            await ServesAsync(day);
        }
    }

    private async Task KillAsync(Day day)
    {
        await day.Laptop.RunAsync($"kill -9 {Laptop.ServerProcess}", Token);
        _kills++;
    }

    private Task<Match> ServesAsync(Day day) => day.Payload.Laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.ServerStart, Token);

    /// <summary>Kills the agent as root, and the server at once afterwards, so that only the stand-by can make the next connection.</summary>
    private async Task KillAgentAsync(Day day)
    {
        var before = Number(await day.Payload.Shell.RunAsync(TakenOver, Token));
        await day.Payload.Shell.RunAsync("p=$(pgrep -x stiefel-agent) && kill -9 $p && until [ -n \"$(pgrep -x stiefel-agent)\" ] && [ \"$(pgrep -x stiefel-agent)\" != $p ]; do sleep 0.05; done", Token);
        Assert.Equal(before + 1, Number(await day.Payload.Shell.RunAsync(TakenOver, Token)));
        await KillServerInUseAsync(day, "agent and server killed");
        await day.Payload.Shell.RunAsync("until pgrep -x stiefel-standby; do sleep 0.1; done", Token);
    }

    private async Task PullCableAsync(Day day)
    {
        await day.Payload.Desktop.Machine.SetCableAsync(connected: false, Token);
        var out30 = Task.Delay(s_cableOut, Token);
        await KillServerAwayAsync(day, KillsInOutage);
        await out30;
        await day.Writer.BeginNextAsync();
        await day.Payload.Desktop.Machine.SetCableAsync(connected: true, Token);
        await EndAsync(day, "cable out for 30 s");
    }

    private async Task ReplugAsync(Day day, VirtualMachine machine, string what, string slot)
    {
        await machine.UnplugAdapterAsync(Token);
        await Task.Delay(s_away, Token);
        await KillServerAwayAsync(day, KillsInEachAccident);
        await day.Writer.BeginNextAsync();
        await machine.PlugAdapterAsync(Token, slot: slot);
        await EndAsync(day, what);
    }

    private async Task SleepAsync(Day day)
    {
        var desktop = day.Payload.Desktop;
        await desktop.FallAsleepAsync(day.Payload.Shell, Token);
        await KillServerAwayAsync(day, KillsInEachAccident);
        await Task.Delay(s_asleep, Token);
        var woken = (Stopwatch.StartNew(), WorkClock.Instance.Elapsed);
        await desktop.WakeUpAsync(day.Payload.Shell, Token);
        await day.Writer.BeginNextAsync();
        await EndAsync(day, "slept", woken);
        await desktop.AfterWakingAsync(day.Payload.Shell, Token);
    }

    /// <summary>
    /// Sets the desktop's clock back and the laptop's forth, and pulls the cable at the laptop, which the desktop's card does not notice: the tunnel needs new keys, but
    /// WireGuard takes the desktop's handshakes for recordings.
    /// </summary>
    private async Task SetClocksAsync(Day day)
    {
        await day.Payload.Shell.RunAsync("date -s '-5 hours'", Token);
        await day.Laptop.RunAsync("date -s @$(($(date +%s) + 10800))", Token);
        await day.Payload.Laptop.Machine.SetCableAsync(connected: false, Token);
        await Task.Delay(s_cableOut, Token);
        await KillServerAwayAsync(day, KillsInEachAccident * 2);
        await day.Writer.BeginNextAsync();
        await day.Payload.Laptop.Machine.SetCableAsync(connected: true, Token);
        await EndAsync(day, "clocks set, cable out at the laptop");
        Assert.Equal(0, Number(await day.Payload.Shell.RunAsync("dmesg | grep -c 'restart this desktop' || true", Token)));
    }

    /// <summary>Waits for the write under way.</summary>
    /// <param name="day">The day.</param>
    /// <param name="what">The accident.</param>
    /// <param name="whole">When the link was whole; null for the time of the call.</param>
    private static async Task EndAsync(Day day, string what, (Stopwatch Clock, TimeSpan Began)? whole = null)
    {
        var (clock, began) = whole ?? (Stopwatch.StartNew(), WorkClock.Instance.Elapsed);
        await day.Writer.EndNextAsync();
        var took = WorkClock.Instance.Elapsed - began;
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: the next write came after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.True(took < s_backWithin, $"{what}: the disk was back {took.TotalSeconds:0.0} s after the link");
    }

    // The kernel's own messages reach the console, too.
    private static int Number(string text) => text.Split('\n').Select(line => int.TryParse(line.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).Max();

    private sealed record Day(RunningPayload Payload, ConsoleShell Laptop, KeptWriter Writer);
}
