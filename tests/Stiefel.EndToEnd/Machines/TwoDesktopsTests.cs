using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests two desktops at one laptop at the same time: one with a stick, and one on which a key is typed that is revoked in the end.</summary>
[Trait("Needs", "machines")]
public sealed class TwoDesktopsTests(MachineParts parts)
{
    private const string Before = "/root/saved-by-the-first";
    private const string After = "/root/written-after-the-take-over";

    // The server refuses the first desktop at once, and its agent gives up soon after; otherwise the dead-connection time would end its requests.
    private static readonly TimeSpan s_fenced = TimeLimits.Seconds(240);

    // An offset between the partition table and the first partition, where a write changes no file system.
    private const long Gap = 64 << 10;

    // Longer than an accepted write takes.
    private static readonly TimeSpan s_unheard = TimeSpan.FromSeconds(8);

    // grep exits with 1 if no line matches, grep(1).
    private static readonly ExternalProgramOptions s_grep = new() { AcceptedExitCodes = [1], Timeout = TimeLimits.AtMost(120) };

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TypedKey _typed = new();
    private readonly string _marker = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    [Fact]
    public Task Desktop_WhileAnotherRuns_IsRefusedUntilItsPersonTakesTheDisk() => parts.PlayPayloadAsync(
        "two-desktops",
        async (run, payload) =>
        {
            var shell = payload.Shell;
            await PayloadChecks.WriteAsync(shell, Before, "saved", _token);
            await PrivilegeChecks.AsDocumentedAsync(shell, "@stiefel-agent", "$(pgrep -f ^@stiefel-agent)", _token);
            await PrivilegeChecks.AsDocumentedAsync(shell, "@stiefel-standby", "$(pgrep -x stiefel-standby)", _token);

            var stolen = await CapabilityAsync(payload.Laptop);
            await _typed.AddAsync(payload.Laptop, _token);
            await using var second = await Desktop.StartAsync(run, "second-desktop", DesktopStart.Direct, keyFile: null, _token, isSecond: true);
            await _typed.TypeAsync(second, _token);
            await TakeOverAsync(second);
            await WriteInVainAsync(shell);

            await UntilItsKeyIsRevokedAsync(run, payload.Laptop, await UseAsync(second, stolen));
        },
        LookAsync);

    private async Task LookAsync(DiskImage disk)
    {
        Assert.Equal(1, (await ExternalProgram.RunAsync("grep", ["-q", "-a", "-F", _marker, disk.Path], s_grep, _token)).ExitCode);
        Assert.DoesNotContain(Path.GetFileName(After), await disk.ListAsync((await parts.StationsAsync()).Disk.RootPartition, "/root", _token));
    }

    /// <summary>Returns the export name, which is the capability, of the desktop that has the disk now, as if it were stolen.</summary>
    private async Task<string> CapabilityAsync(Laptop laptop)
    {
        var shell = await laptop.OpenShellAsync(_token);
        var name = (await shell.RunAsync("grep -io '\"exportname\": *\"[^\"]*\"' /run/stiefel/grant-*.json | cut -d '\"' -f 4", _token)).Trim();
        Assert.Matches("^[0-9A-Za-z_-]{20,}$", name);
        return name;
    }

    /// <summary>Checks that the first desktop's capability opens nothing, even from inside the tunnel of the desktop that has the disk now.</summary>
    private async Task StealAsync(ConsoleShell shell, string stolen)
    {
        var reached = await shell.TryRunAsync(PayloadChecks.InLink + " nbdinfo --list 'nbd://[fe80::1%25stiefeltunnel]:10809'", _token);
        Assert.Contains("newstyle-fixed", reached.Text, StringComparison.Ordinal);
        var refused = await shell.TryRunAsync($"{PayloadChecks.InLink} nbdinfo 'nbd://[fe80::1%25stiefeltunnel]:10809/{stolen}'", _token);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.DoesNotContain("export-size", refused.Text, StringComparison.Ordinal);
    }

    /// <summary>Floods the tunnel's port with forged handshakes, and the discovery port with the same, for five seconds; the disk must work meanwhile.</summary>
    private async Task FloodAsync(ConsoleShell shell)
    {
        await shell.RunAsync(
            $$"""
            {{PayloadChecks.InLink}} bash -c 'for port in 61571 61570; do ( exec 3>/dev/udp/{{MachineRun.LaptopAddress}}%stiefellink/$port; end=$((SECONDS + 5))
            while [ $SECONDS -lt $end ]; do printf "\001\000\000\000%0144d" 7 >&3; done ) & done
            dd if=/dev/urandom of=/root/flooded bs=64k count=16 conv=fsync status=none || exit 1; wait'
            """, _token, TimeLimits.Seconds(120));
    }

    /// <summary>Checks that the second desktop is told which desktop has the disk and since when, and gets it only when its user takes it over.</summary>
    private async Task TakeOverAsync(Desktop second)
    {
        await second.WaitForPhaseAsync("searching", TimeLimits.KernelStart, _token);
        await second.Console.WaitForAsync(
            new Regex(@"in\s+use\s+by\s+the\s+desktop\s+with\s+the\s+key\s+stick\s+at\s+\S+\s+since\s+\d{4}-\d\d-\d\d\s+\d\d:\d\d:\d\dZ"), TimeLimits.Fetch, _token);
        await second.Console.WaitForAsync("press T and Enter to take the disk over", TimeLimits.Command, _token);
        await second.Console.SendLineAsync("T", _token);
        await second.WaitForPhaseAsync("granted", TimeLimits.Fetch, _token);
    }

    /// <summary>Checks that writes of the first desktop fail instead of waiting for ever.</summary>
    private async Task WriteInVainAsync(ConsoleShell first)
    {
        await first.StartAsync($"echo {_marker} >{After}; sync {After}", _token);
        var written = await first.FinishAsync(s_fenced, _token);
        Assert.True(written.ExitCode != 0, $"a desktop whose disk was taken over wrote to it: {written.Text}");
    }

    /// <summary>Checks that the second desktop runs the laptop's system with everything that the first had saved, and nothing that it wrote later.</summary>
    private async Task<ConsoleShell> UseAsync(Desktop second, string stolen)
    {
        await second.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
        var shell = await second.LogInToPayloadAsync(_token);
        await PayloadChecks.RootAsync(shell, _token);
        Assert.Equal("saved", (await shell.RunAsync($"cat {Before}", _token)).Trim());
        await shell.RunAsync($"! test -e {After}", _token);
        await StealAsync(shell, stolen);
        await FloodAsync(shell);
        await PayloadChecks.NoDiskErrorAsync(shell, _token);
        return shell;
    }

    /// <summary>Writes to the disk while the key is revoked: after the laptop's answer no write may reach the disk.</summary>
    private async Task UntilItsKeyIsRevokedAsync(MachineRun run, Laptop laptop, ConsoleShell shell)
    {
        // Remount everything read-only as a shutdown does, so that the file systems are consistent.
        await shell.RunAsync("sync; echo u >/proc/sysrq-trigger; until findmnt -rno OPTIONS / | grep -q '^ro'; do sleep 0.2; done", _token);
        await shell.RunAsync(WriteToGap('a'), _token);
        Assert.Equal("a", await GapAsync(laptop));

        await _typed.RevokeAsync(laptop, _token);
        await shell.StartAsync(WriteToGap('b'), _token);
        await Task.Delay(s_unheard, _token);
        Assert.Equal("a", await GapAsync(laptop));
        foreach (var log in Directory.GetFiles(run.LogDirectory, "*desktop*"))
        {
            var text = await File.ReadAllTextAsync(log, _token);
            Assert.All(_typed.Spellings, spelling => Assert.DoesNotContain(spelling, text, StringComparison.OrdinalIgnoreCase));
        }
    }

    private static string WriteToGap(char letter) =>
        $"head -c 4096 /dev/zero | tr '\\0' {letter} | dd of=/dev/nbd0 bs=4096 seek={Gap / 4096} oflag=direct conv=notrunc,fsync status=none";

    /// <summary>Reads the letter in the gap from the laptop's disk itself, bypassing caches.</summary>
    private async Task<string> GapAsync(Laptop laptop)
    {
        var shell = await laptop.OpenShellAsync(_token);
        return (await shell.RunAsync($"sync; dd if=/dev/vda bs=4096 skip={Gap / 4096} count=1 iflag=direct 2>/dev/null | head -c 1", _token)).Trim();
    }
}
