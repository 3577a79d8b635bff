using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a laptop whose battery runs empty while a desktop uses it: the desktop's users are told, then the desktop and after it the laptop are shut down cleanly.</summary>
[Trait("Needs", "machines")]
public sealed class EmptyBatteryTests(MachineParts parts)
{
    private const string Supplies = "/run/power";
    private const string Terminal = "/root/seen-on-a-terminal";
    private const string OnBattery = "stiefel: the laptop says: the laptop is on battery, 80%";
    private const string Announced = "this desktop is switched off in 2 s, and then the laptop, unless its adapter is plugged in before";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Laptop_BatteryRunsEmpty_DesktopIsToldAndSwitchedOffAndThenTheLaptop() => parts.PlayPayloadAsync(
        "empty-battery",
        async (_, payload) =>
        {
            var laptop = await WatchAsync(payload.Laptop);
            await OpenTerminalAsync(payload.Shell);
            await SetAsync(laptop, "0", "Discharging", 80);
            await payload.Shell.RunAsync($"until dmesg | grep -q '{OnBattery}' && grep -q '{OnBattery}' {Terminal}; do sleep 0.5; done", _token);

            await SetAsync(laptop, "0", "Discharging", 3);
            await payload.Laptop.Console.WaitForAsync(" ended cleanly: all that it wrote is on the medium", TimeLimits.PowerOff, _token);
            await payload.Desktop.WaitForPhaseAsync("goodbye", TimeLimits.PowerOff, _token);
            await payload.Desktop.Machine.WaitForEndAsync(TimeLimits.PowerOff, _token);
            await payload.Laptop.Console.WaitForAsync("stiefel: phase leaving (poweroff)", TimeLimits.PowerOff, _token);
            await payload.Laptop.Machine.WaitForEndAsync(TimeLimits.PowerOff, _token);
        },
        async disk => Assert.Contains(Announced, await disk.ReadFileAsync((await parts.StationsAsync()).Disk.RootPartition, Terminal, _token), StringComparison.Ordinal));

    /// <summary>Restarts the server with power supplies made of files; the desktop goes on meanwhile.</summary>
    private async Task<ConsoleShell> WatchAsync(Laptop laptop)
    {
        var shell = await laptop.OpenShellAsync(_token);
        await shell.RunAsync($"mkdir -p {Supplies}/AC {Supplies}/BAT0 && echo Mains >{Supplies}/AC/type && echo Battery >{Supplies}/BAT0/type", _token);
        await SetAsync(shell, "1", "Charging", 80);
        var settings = $$$"""{"Power":{"StopAtCritical":true,"StopDelaySeconds":2,"LookSeconds":1,"Supplies":"{{{Supplies}}}"}}""";
        await shell.RunAsync($"umask 022; echo '{settings}' >/etc/stiefel/appsettings.json && kill -9 {Laptop.ServerProcess}", _token);
        await laptop.Console.WaitForAsync("stiefel: power: the laptop is on mains", TimeLimits.ServerStart, _token);
        return shell;
    }

    /// <summary>Opens a terminal of an ordinary user, whose output is written to the disk.</summary>
    private async Task OpenTerminalAsync(ConsoleShell shell)
    {
        await shell.RunAsync($"systemd-run --unit=terminal script -qfc 'chown nobody $(tty); echo opened; sleep 3600' {Terminal}", _token);
        await shell.RunAsync($"until grep -q opened {Terminal}; do sleep 0.2; done", _token);
    }

    private async Task SetAsync(ConsoleShell shell, string online, string status, int percent) => await shell.RunAsync(
        $"cd {Supplies} && echo {percent} >BAT0/capacity && echo {online} >AC/online && echo {status} >BAT0/status", _token);
}
