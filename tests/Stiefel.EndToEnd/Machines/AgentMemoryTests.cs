using System.Globalization;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests that the agent needs no more memory after many outages, and that it stays when there is none left on the desktop.</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class AgentMemoryTests(MachineParts parts) : PayloadScenario(parts)
{
    private const int SettlingOutages = 200;
    private const int Outages = 2000;

    // In KiB: a few pages more or less, as the heap is collected.
    private const int Flat = 256;

    private const string Agent = "$(pgrep -x stiefel-agent)";
    private const string StandBy = "$(pgrep -x stiefel-standby)";

    private static readonly TimeSpan s_outages = TimeLimits.Seconds(3600);
    private static readonly TimeSpan s_hog = TimeSpan.FromMinutes(10);

    [Fact]
    public Task Agent_AfterThousandsOfOutages_NeedsAsMuchMemoryAsBefore() => PlayAsync("agent-memory", async (_, payload) =>
    {
        var shell = payload.Shell;
        await shell.RunAsync(OutagesOf(SettlingOutages), Token, s_outages);
        var (agent, standBy) = (await MemoryAsync(shell, Agent), await MemoryAsync(shell, StandBy));
        var losses = await LossesAsync(shell);

        await shell.RunAsync(OutagesOf(Outages), Token, s_outages);

        var (agentAfter, standByAfter) = (await MemoryAsync(shell, Agent), await MemoryAsync(shell, StandBy));
        TestContext.Current.TestOutputHelper?.WriteLine($"agent {agent} KiB, then {agentAfter}; stand-by {standBy} KiB, then {standByAfter}; {losses} reconnects told before");
        Assert.InRange(losses, 1, int.MaxValue);
        Assert.InRange(agentAfter, 1, agent + Flat);
        Assert.InRange(standByAfter, 1, standBy + Flat);
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await payload.Desktop.PowerOffAsync(shell, Token);
    });

    [Fact]
    public Task Desktop_TenMinutesOutOfMemory_KeepsItsDiskAndItsAgent() => PlayAsync("memory-hog", async (_, payload) =>
    {
        var shell = payload.Shell;
        var before = await shell.RunAsync("pgrep -x stiefel-agent; pgrep -x stiefel-standby", Token);
        var writer = new KeptWriter(shell, Token);
        await writer.StartAsync();
        var hogs = await shell.RunAsync(HogFor(s_hog), Token, s_hog * 3);
        TestContext.Current.TestOutputHelper?.WriteLine($"{hogs.Trim()} programs were ended");

        Assert.Contains("Out of memory: Killed process", await shell.RunAsync("dmesg | grep 'Out of memory' | tail -n 1", Token), StringComparison.Ordinal);
        Assert.Equal(before, await shell.RunAsync("pgrep -x stiefel-agent; pgrep -x stiefel-standby", Token));
        await writer.EndAsync();
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await payload.Desktop.PowerOffAsync(shell, Token);
    });

    /// <summary>Ends the disk's connection as a dying one ends, and writes through the next one.</summary>
    private static string OutagesOf(int times) =>
        $"n=0; while [ $n -lt {times} ]; do {PayloadChecks.InLink} ss -K dport = :10809 >/dev/null; dd if=/dev/zero of=/root/outage bs=4k count=1 conv=fsync status=none || exit 1; n=$((n + 1)); done";

    /// <summary>Fills memory until the kernel ends the program, again and again.</summary>
    private static string HogFor(TimeSpan time) =>
        $"end=$(($(cut -d. -f1 /proc/uptime) + {time.TotalSeconds:0})); n=0; while [ $(cut -d. -f1 /proc/uptime) -lt $end ]; do tail /dev/zero; n=$((n + 1)); done; echo $n";

    private async Task<int> MemoryAsync(ConsoleShell shell, string process) =>
        int.Parse(await shell.RunAsync($"sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/{process}/status", Token), CultureInfo.InvariantCulture);

    private async Task<int> LossesAsync(ConsoleShell shell) =>
        int.Parse(await shell.RunAsync("dmesg | grep -c 'connection to the laptop is back' || true", Token), CultureInfo.InvariantCulture);
}
