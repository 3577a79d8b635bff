using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Linux.Power;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>Obstacles that keep a laptop in its own system: no kernel is loaded then, and systemd is not told to stop anything.</summary>
public sealed class ObstacleTests : IDisposable
{
    private const string Held = "{\"data\":[[[\"shutdown\",\"apt\",\"packages\",\"block\",0,7]]]}";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _said = [];
    private readonly List<string> _ran = [];
    private string _inhibitors = "";
    private PowerState _power = PowerState.OnAc;
    private Action _whileWarned = () => { };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Leave_ProgramWantsNoShutdown_StaysBeforeAnybodyIsWarned()
    {
        _inhibitors = Held;
        Assert.Equal("apt (process 7) inhibits shutdown: packages; `stiefel serve-now --ignore-inhibitors` leaves anyway", await Leaving().LeaveAsync("because", Token));
        Assert.Empty(_said);
        Assert.Equal(["busctl"], _ran);
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
        Assert.Equal("the laptop runs on its battery, at 50 %, but autokexec.power demands mains power: plug it in", await Leaving().LeaveAsync("because", Token));
        Assert.Empty(_said);
    }

    [Fact]
    public async Task Leave_PlugIsPulledAfterTheWarning_StaysAndSaysSo()
    {
        _whileWarned = () => _power = PowerState.OnBattery;
        Assert.StartsWith("the laptop runs on its battery", await Leaving().LeaveAsync("because", Token), StringComparison.Ordinal);
        Assert.StartsWith("because: everything will be closed in 0 s", _said[0], StringComparison.Ordinal);
        Assert.StartsWith("the laptop stays: the laptop runs on its battery", _said[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(_ran, program => program.StartsWith("systemctl", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leave_ProgramBeginsAfterTheWarning_Stays()
    {
        _whileWarned = () => _inhibitors = Held;
        Assert.StartsWith("apt (process 7) inhibits shutdown", await Leaving().LeaveAsync("because", Token), StringComparison.Ordinal);
    }

    private Departure Leaving(bool heeds = true)
    {
        var ramdisk = _directory.Write("ramdisk", "");
        var keys = new KeyDirectory(_directory["keys"]);
        keys.Create("good");
        var text = $"boot: {{disk: {ramdisk}}}\nserver-setup: {{stiefelsystem-kernel: {ramdisk}, stiefelsystem-initrd: {ramdisk}}}\nautokexec: {{grace: 0, power: ac}}\n";
        return new Departure(ConfigurationFile.Parse("c", text), keys, Say)
        {
            HeedsInhibitors = heeds,
            ReadPower = () => new PowerReading(_power, 50, null, null, []),
            LoadKernel = (_, _, _) => throw new Loaded(),
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
