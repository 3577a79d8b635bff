using System.Globalization;
using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests a desktop that stops suddenly, so that its laptop hears no goodbye. The same machine is given the disk again without a question, and finds on
/// it everything that was acknowledged as flushed.
/// </summary>
[Trait("Needs", "machines")]
public sealed partial class HardEndTests(MachineParts parts) : PayloadScenario(parts)
{
    private const string File = "/root/synced-before";
    private const string Writes = "/root/acknowledged";

    // Pull the plug after this many writes, and at most this much later.
    private const int FewestWrites = 10, MostMillisecondsMore = 3000;

    [Fact]
    public Task Payload_ResetWhileInUse_SameMachineIsServedUnaskedAndAnotherIsAsked() => PlayAsync(
        "hard-reset",
        async (run, payload) =>
        {
            await PayloadChecks.WriteAsync(payload.Shell, File, "synced", Token);
            await payload.Shell.StartAsync("reboot -f", Token);
            await payload.Desktop.Machine.WaitForEndAsync(TimeLimits.Command, Token);

            await using var other = await StartDesktopAsync(run, "second-desktop", isSecond: true);
            await other.Console.WaitForAsync(Asked(), TimeLimits.FirmwareStart + TimeLimits.Fetch, Token);
            await other.Console.WaitForAsync("press T and Enter to take the disk over", TimeLimits.Command, Token);

            // The other desktop keeps asking for the disk meanwhile.
            await using var same = await StartDesktopAsync(run, "desktop-again");
            await WaitForGrantAsync(same);
            Assert.DoesNotContain(other.Console.Tail, line => line.Contains("phase granted", StringComparison.Ordinal));
        },
        (File, "synced"),
        endsHard: true);

    [Fact]
    [Trait("Needs", "long")]
    public Task Payload_KernelPanics_ComesBackUnaskedAndReplaysItsJournal() => PlayAsync(
        "panic",
        async (run, payload) =>
        {
            await PayloadChecks.WriteAsync(payload.Shell, File, "synced", Token);
            // Leave changes in the file system's journal, and writes under way.
            await payload.Shell.RunAsync("mkdir /root/many && for i in $(seq 500); do echo $i >/root/many/$i; done; sync; for i in $(seq 500); do mv /root/many/$i /root/many/new-$i; done; sync -f /root", Token);
            await payload.Shell.StartAsync("echo 3 >/proc/sys/kernel/panic; echo c >/proc/sysrq-trigger", Token);
            await payload.Desktop.Machine.WaitForEndAsync(TimeLimits.Command, Token);

            await ComeBackAsync(run, async shell =>
            {
                Assert.Contains("recovery complete", await shell.RunAsync("journalctl -b --no-pager; dmesg", Token), StringComparison.Ordinal);
                Assert.Equal("500", (await shell.RunAsync("ls /root/many | grep -c ^new-", Token)).Trim());
            });
        },
        (File, "synced"));

    [Fact]
    [Trait("Needs", "long")]
    public Task Payload_PowerIsLostWhileItWrites_HasAllThatWasAcknowledged() => PlayAsync("power-loss", async (run, payload) =>
    {
        await payload.Shell.StartAsync(
            $"mkdir {Writes}; i=0; while :; do i=$((i + 1)); seq $i $((i + 9000)) >{Writes}/$i && sync {Writes}/$i {Writes} && echo acknowledged $i; done", Token);
        await payload.Desktop.Console.WaitForAsync($"acknowledged {FewestWrites}\n", TimeLimits.Command * 2, Token);
        await Task.Delay(Random.Shared.Next(MostMillisecondsMore), Token);
        await payload.Desktop.DisposeAsync();
        var last = payload.Desktop.Console.Tail.Select(line => Acknowledged().Match(line)).Where(match => match.Success)
            .Max(match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));

        await ComeBackAsync(run, async shell => await shell.RunAsync(
            $"for i in $(seq {last}); do seq $i $((i + 9000)) | cmp - {Writes}/$i || exit 1; done", Token, TimeLimits.Seconds(240)));
    });

    /// <summary>Switches the same machine on again: it gets the disk without a question, runs the laptop's system, and ends cleanly.</summary>
    private async Task ComeBackAsync(MachineRun run, Func<ConsoleShell, Task> lookAsync)
    {
        await using var again = await StartDesktopAsync(run, "desktop-again");
        await WaitForGrantAsync(again);
        var shell = await again.LogInToPayloadAsync(Token);
        await lookAsync(shell);
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await again.PowerOffAsync(shell, Token);
    }

    [GeneratedRegex(@"in\s+use\s+by\s+the\s+desktop\s+with\s+the\s+key\s+stick\s+at\s+\S+\s+since\s+[^,]*,\s+which\s+has\s+been\s+silent\s+for\s+\d+")]
    private static partial Regex Asked();

    [GeneratedRegex(@"^acknowledged (?<number>\d+)$")]
    private static partial Regex Acknowledged();
}
