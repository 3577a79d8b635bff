using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests who may sleep while the laptop's disk is in use: the laptop never, the desktop in memory only, and no more once its card was gone when it woke.</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class SleepTests(MachineParts parts) : PayloadScenario(parts)
{
    // The agent does not see the card between waking and its loss, as if a driver had lost it in its sleep. Only what bash does by itself is needed: the disk is away.
    private const string LoseCardInSleep = """
        cat >/dev/shm/lose <<'END'
        exec {pause}<> <(:); slept=/sys/power/suspend_stats/success; read -r before <$slept; now=$before
        kill -STOP $1; until [ $now != $before ]; do read -rt 0.05 -u $pause; read -r now <$slept; done
        echo 1 >$2/remove; kill -CONT $1
        END
        card=$(dirname $(grep -l 0x020000 /sys/bus/pci/devices/*/class)); bash /dev/shm/lose $(pgrep -x stiefel-agent) $card </dev/null >/dev/null 2>&1 &
        """;

    private const string FindCardAgain = "echo 1 >/sys/bus/pci/rescan";

    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(5);

    [Fact]
    public Task Laptop_SleepKeyPressedWhileItServes_StaysAwakeWhileTheDesktopSleepsByTheSameKey() => PlayAsync("sleep-keys", async (_, payload) =>
    {
        await payload.Laptop.Machine.PressKeyAsync("sleep", Token);
        await Task.Delay(s_long, Token);
        Assert.False(await payload.Laptop.Machine.IsAsleepAsync(Token));
        await PayloadChecks.WriteAsync(payload.Shell, "/root/awake", "awake", Token);

        // The key does what it is for where a system hears it, so that the laptop's silence means something.
        var sleeps = payload.Desktop.Machine.SleepsAsync(Token);
        await payload.Desktop.Machine.PressKeyAsync("sleep", Token);
        await sleeps;
    }, endsHard: true);

    [Fact]
    public Task Desktop_CardGoneWhenItWakes_SaysSoAndSleepsNoMore() => PlayAsync("sleep-card", async (_, payload) =>
    {
        var (desktop, shell) = (payload.Desktop, payload.Shell);
        await IsRefusedAsync(shell, "hibernate");
        await shell.RunAsync(LoseCardInSleep, Token);
        await desktop.FallAsleepAsync(shell, Token);
        await desktop.WakeUpAsync(shell, Token);
        await desktop.Console.WaitForAsync("the card of the link is gone since this computer woke: plug it out and in again; sleep is refused", TimeLimits.Command, Token);

        await shell.RunAsync(FindCardAgain, Token);
        await PayloadChecks.WriteAsync(shell, "/root/slept", "slept", Token);
        await desktop.AfterWakingAsync(shell, Token);
        await IsRefusedAsync(shell, "suspend");
        Assert.False(await desktop.Machine.IsAsleepAsync(Token));
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await desktop.PowerOffAsync(shell, Token);
    }, ("/root/slept", "slept"));

    private async Task IsRefusedAsync(ConsoleShell shell, string verb)
    {
        var told = await shell.TryRunAsync($"systemctl {verb} 2>&1", Token);
        Assert.True(told.ExitCode != 0, $"systemctl {verb} was not refused: {told.Text}");
        Assert.Contains($"Sleep verb \"{verb}\" ", told.Text, StringComparison.Ordinal);
    }
}
