using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Linux.Power;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Discovery;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>Obstacles that keep a laptop in its own system: no kernel is loaded then, and systemd is not told to stop anything.</summary>
public sealed class ObstacleTests : IDisposable
{
    private const string Held = "{\"data\":[[[\"shutdown\",\"apt\",\"packages\",\"block\",0,7]]]}";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _said = [];
    private readonly List<string> _ran = [];
    private readonly ManualClock _clock = new();
    private readonly LeavingState _state;
    private string _inhibitors = "";
    private PowerState _power = PowerState.OnAc;
    private Action _whileWarned = () => { };

    public ObstacleTests() => _state = new LeavingState(_clock, () => TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Leave_ProgramWantsNoShutdown_StaysBeforeAnybodyIsWarned()
    {
        _inhibitors = Held;
        Assert.Equal("apt (process 7) inhibits shutdown: packages; `stiefel serve-now --ignore-inhibitors` leaves anyway", (await Leaving().LeaveAsync("because", Token))?.Text);
        Assert.Empty(_said);
        Assert.Equal(["busctl"], _ran);
    }

    [Fact]
    public async Task Leave_IsKept_TheDesktopIsToldWhyForAWhile()
    {
        _inhibitors = Held;
        await Leaving().LeaveAsync("because", Token);
        Assert.Equal((LaptopStage.HeldByProgram, "apt: packages", 5), Told());

        _power = PowerState.OnBattery;
        await Leaving().LeaveAsync("because", Token);
        Assert.Equal((LaptopStage.WaitsForPower, "on its battery, at 50 %", 5), Told());

        _clock.Pass(LeavingState.LookAgain - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, Told()?.Seconds);
        _clock.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Null(Told());
    }

    [Fact]
    public async Task Leave_TheDesktopIsToldOfTheCountdownAndThatTheLaptopLeaves()
    {
        List<LaptopStage?> told = [];
        _whileWarned = () => told.Add(Told()?.Stage);
        await Assert.ThrowsAsync<Loaded>(() => Leaving(load: () => told.Add(Told()?.Stage)).LeaveAsync("because", Token));
        Assert.Equal([LaptopStage.Countdown, LaptopStage.Leaving], told);

        // It did not leave after all.
        Assert.Null(Told());
    }

    [Fact]
    public async Task Leave_InhibitorsAreIgnored_Leaves()
    {
        _inhibitors = Held;
        await Assert.ThrowsAsync<Loaded>(() => Leaving(heeds: false).LeaveAsync("because", Token));
    }

    [Fact]
    public async Task Leave_OnBatteryWhereTheMainsIsDemanded_Stays()
    {
        _power = PowerState.OnBattery;
        Assert.Equal("the laptop runs on its battery, at 50 %, but autokexec.power demands mains power: plug it in", (await Leaving().LeaveAsync("because", Token))?.Text);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task Leave_PlugIsPulledAfterTheWarning_StaysAndSaysSo()
    {
        _whileWarned = () => _power = PowerState.OnBattery;
        Assert.StartsWith("the laptop runs on its battery", (await Leaving().LeaveAsync("because", Token))!.Text, StringComparison.Ordinal);
        Assert.StartsWith("because: everything will be closed in 0 s", _said[0], StringComparison.Ordinal);
        Assert.StartsWith("the laptop stays: the laptop runs on its battery", _said[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(_ran, program => program.StartsWith("systemctl", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leave_ProgramBeginsAfterTheWarning_Stays()
    {
        _whileWarned = () => _inhibitors = Held;
        Assert.StartsWith("apt (process 7) inhibits shutdown", (await Leaving().LeaveAsync("because", Token))!.Text, StringComparison.Ordinal);
    }

    private (LaptopStage Stage, string Text, int Seconds)? Told() => _state.Of("0123456789abcdef") is { } state ? (state.Stage, state.Text, state.Seconds) : null;

    private Departure Leaving(bool heeds = true, Action? load = null)
    {
        var ramdisk = _directory.Write("ramdisk", "");
        var keys = new KeyDirectory(_directory["keys"]);
        if (!Directory.Exists(keys.Path))
        {
            keys.Create("good");
        }

        var text = $"boot: {{disk: {ramdisk}}}\nserver-setup: {{stiefelsystem-kernel: {ramdisk}, stiefelsystem-initrd: {ramdisk}}}\nautokexec: {{grace: 0, power: ac}}\n";
        return new Departure(ConfigurationFile.Parse("c", text), keys, Say)
        {
            HeedsInhibitors = heeds,
            State = _state,
            ReadPower = () => new PowerReading(_power, 50, null, null, []),
            LoadKernel = (_, _, _) =>
            {
                load?.Invoke();
                throw new Loaded();
            },
            RunAsync = (program, _, _, _) =>
            {
                _ran.Add(program);
                return Task.FromResult(new ExternalProgramOutput(program == "busctl" ? _inhibitors : "", "", 0));
            },
        };
    }

    private void Say(string line)
    {
        _said.Add(line);
        _whileWarned();
    }

    private sealed class Loaded : Exception;
}
