using System.Globalization;
using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests that the agent needs no more memory after many outages, and that it stays when there is none left on the desktop.</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class AgentMemoryTests(MachineParts parts) : PayloadScenario(parts)
{
    private const int SettlingOutages = 50;
    private const int Outages = 300;

    // In KiB: a few pages more or less, as the heap is collected.
    private const int Flat = 256;

    private const string Agent = "$(pgrep -x stiefel-agent)";
    private const string StandBy = "$(pgrep -x stiefel-standby)";

    // What is killed for want of memory belongs to no unit here, or systemd would end the whole unit, which is the console's with the shell in it.
    private const string Groups = "/sys/fs/cgroup";
    private const string Small = $"{Groups}/small";

    private static readonly TimeSpan s_outages = TimeLimits.Seconds(1200);
    private static readonly TimeSpan s_hog = TimeSpan.FromMinutes(3);

    [Fact]
    public Task Agent_AfterHundredsOfOutages_NeedsAsMuchMemoryAsBefore() => PlayAsync("agent-memory", async (_, payload) =>
    {
        var shell = payload.Shell;
        await shell.RunAsync(OutagesOf(SettlingOutages), Token, s_outages);
        var (agent, standBy) = (await MemoryAsync(shell, Agent), await MemoryAsync(shell, StandBy));

        await shell.RunAsync(OutagesOf(Outages), Token, s_outages);

        var (agentAfter, standByAfter) = (await MemoryAsync(shell, Agent), await MemoryAsync(shell, StandBy));
        TestContext.Current.TestOutputHelper?.WriteLine($"agent {agent} KiB, then {agentAfter}; stand-by {standBy} KiB, then {standByAfter}");
        Assert.InRange(agentAfter, 1, agent + Flat);
        Assert.InRange(standByAfter, 1, standBy + Flat);
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await payload.Desktop.PowerOffAsync(shell, Token);
    });

    [Fact]
    public Task Desktop_MinutesOutOfMemory_KeepsItsDiskAndItsAgent() => PlayAsync("memory-hog", async (_, payload) =>
    {
        var shell = payload.Shell;
        // Kernel messages would be mixed into the answers.
        await shell.RunAsync("dmesg -n 1", Token);
        await InRootGroupAsync(shell);
        // systemd takes what it finds in the root group into its own once more.
        await shell.RunAsync("systemctl daemon-reexec; sleep 11", Token);
        await InRootGroupAsync(shell);

        var before = await shell.RunAsync($"echo {Agent} {StandBy}", Token);
        var writer = new KeptWriter(shell, Token);
        await writer.StartAsync();
        await shell.RunAsync($"mkdir {Small} && echo 24M >{Small}/memory.max && sh -c 'echo $$ >{Small}/cgroup.procs; exec dd if=/dev/zero of=/root/limited bs=1M count=48 conv=fsync status=none'", Token, TimeLimits.Command * 3);
        Assert.Equal(137, (await shell.TryRunAsync($"sh -c 'echo $$ >{Small}/cgroup.procs; exec tail /dev/zero'", Token)).ExitCode);
        var hogs = await shell.RunAsync(HogFor(s_hog), Token, s_hog * 3);
        TestContext.Current.TestOutputHelper?.WriteLine($"{hogs.Trim()} programs were ended for want of memory");

        Assert.InRange(int.Parse(hogs, CultureInfo.InvariantCulture), 2, int.MaxValue);
        await shell.RunAsync("dmesg | grep -q 'Out of memory: Killed process' && dmesg | grep -q 'Memory cgroup out of memory: Killed process'", Token);
        Assert.Equal(before, await shell.RunAsync($"echo {Agent} {StandBy}", Token));
        await writer.EndAsync();
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await payload.Desktop.PowerOffAsync(shell, Token);
    });

    /// <summary>Checks that no limit of memory can be set for the agent and its stand-by: the root of the control groups has none.</summary>
    private async Task InRootGroupAsync(ConsoleShell shell)
    {
        foreach (var process in (string[])[Agent, StandBy])
        {
            Assert.Equal("0::/", (await shell.RunAsync($"cat /proc/{process}/cgroup", Token)).Trim());
        }
    }

    /// <summary>Ends the disk's connection as a dying one ends, and writes through the next one.</summary>
    private static string OutagesOf(int times) =>
        $"n=0; while [ $n -lt {times} ]; do {PayloadChecks.InLink} ss -K dport = :10809 | grep -q ESTAB || {{ sleep 0.1; continue; }}; dd if=/dev/zero of=/root/outage bs=4k count=1 conv=fsync status=none || exit 1; n=$((n + 1)); done";

    /// <summary>Fills memory until the kernel ends the program, again and again.</summary>
    private static string HogFor(TimeSpan time) =>
        $"end=$(($(cut -d. -f1 /proc/uptime) + {time.TotalSeconds:0})); n=0; while [ $(cut -d. -f1 /proc/uptime) -lt $end ]; do sh -c 'echo $$ >{Groups}/cgroup.procs; exec tail /dev/zero'; n=$((n + 1)); done; echo $n";

    private async Task<int> MemoryAsync(ConsoleShell shell, string process)
    {
        var status = await shell.RunAsync($"grep VmRSS: /proc/{process}/status", Token);
        var match = Regex.Match(status, @"VmRSS:\s+(?<kib>\d+) kB");
        Assert.True(match.Success, status);
        return int.Parse(match.Groups["kib"].Value, CultureInfo.InvariantCulture);
    }
}
