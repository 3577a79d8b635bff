using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests `stiefel serve-now`: while something inhibits it, nothing happens and no kernel stays loaded; afterwards the laptop leaves its system.</summary>
[Trait("Needs", "machines")]
public sealed class ServeNowTests(MachineParts parts)
{
    private const string Supplies = LaptopByHand.Supplies;
    private const string Interrupt = "\u0003";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task ServeNow_HeldByAProgramAPlugOrAPerson_StaysWithoutAKernelAndLeavesAfterwards() => parts.PlayAsync("serve-now", async run =>
    {
        var stations = await parts.StationsAsync();
        await using var laptop = await stations.TakeUpOwnSystemAsync(run, _token);
        await LaptopByHand.InstallAsync(run, laptop, parts.NewKey("stick"), "ac", _token);

        await laptop.Shell.RunAsync("systemd-run --unit=held --collect systemd-inhibit --what=shutdown --who=burner --why=writing --mode=block sleep 1000; until systemd-inhibit --list | grep -q burner; do sleep 1; done", _token);
        await StaysAsync(laptop.Shell, "burner (process [0-9]*) inhibits shutdown: writing");
        await laptop.Shell.RunAsync("systemctl stop held", _token);

        await laptop.Shell.RunAsync($"echo 0 >{Supplies}/AC/online; echo Discharging >{Supplies}/BAT0/status", _token);
        await StaysAsync(laptop.Shell, "the laptop runs on its battery, at 80 %, but autokexec.power demands mains power");
        await laptop.Shell.RunAsync($"echo 1 >{Supplies}/AC/online; echo Charging >{Supplies}/BAT0/status", _token);

        await NotNowAsync(laptop.Shell);
        await laptop.Shell.StartAsync("stiefel serve-now --grace 3600", _token);
        await laptop.Machine.Console.WaitForAsync("everything will be closed in 3600 s", TimeLimits.Command, _token);
        await laptop.Machine.Console.SendAsync(Interrupt, _token);
        await laptop.Machine.Console.WaitForAsync("stopped: this laptop stays, and nothing was changed", TimeLimits.Command, _token);
        var again = await ConsoleShell.OverPromptAsync("laptop", laptop.Machine.Console, _token);
        Assert.Equal("0", (await again.RunAsync("cat /sys/kernel/kexec_loaded", _token)).Trim());

        await again.StartAsync("stiefel serve-now --grace 1", _token);
        await laptop.Machine.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.PowerOff + TimeLimits.ServerStart, _token);
    });

    /// <summary>A user who does not sit at the laptop is not asked; root is, and keeps it.</summary>
    private async Task NotNowAsync(ConsoleShell shell)
    {
        await shell.RunAsync("stiefel serve-now --grace 3600 >/run/said 2>&1 & until [ -S /run/stiefel/leaving ]; do sleep 0.2; done", _token);
        await shell.RunAsync("setpriv --reuid=65534 --regid=65534 --clear-groups stiefel not-now >/run/other 2>&1; [ $? = 3 ] && grep -q 'only people who sit at this laptop are asked' /run/other", _token);
        await shell.RunAsync("stiefel not-now >/run/own && grep -q 'this laptop stays: root said \"not now\" at this laptop' /run/own && wait $!; [ $? = 3 ] && [ ! -e /run/stiefel/leaving ]", _token);
        await shell.RunAsync("grep -q 'said \"not now\" at this laptop; nothing was changed' /run/said", _token);
        Assert.Equal("0", (await shell.RunAsync("cat /sys/kernel/kexec_loaded", _token)).Trim());
    }

    private async Task StaysAsync(ConsoleShell shell, string reason)
    {
        await shell.RunAsync($"stiefel serve-now >/run/said 2>&1; [ $? = 3 ] && grep -q '{reason}' /run/said && grep -q 'nothing was changed' /run/said", _token);
        Assert.Equal("0", (await shell.RunAsync("cat /sys/kernel/kexec_loaded", _token)).Trim());
    }
}
