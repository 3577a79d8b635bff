using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Stiefel.Cli.Vm;
using Stiefel.Cli.Vm.Consoles;
using Stiefel.Cli.Vm.Disks;
using Stiefel.Cli.Vm.Scenarios;
using Stiefel.Linux.Programs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Two desktops at one laptop, at the same time.</summary>
[Trait("Needs", "machines")]
[Collection(OneServingLaptop.Name)]
public sealed class TwoDesktopsTests(ServingLaptop serving)
{
    private const string Before = "/root/saved-by-the-first";
    private const string After = "/root/written-after-the-take-over";

    // The server refuses the first at once, and its agent gives up soon after; without that the dead-connection time ends it.
    private static readonly TimeSpan s_fenced = TimeLimits.Seconds(240);

    // 1: no line matches, man 1 grep.
    private static readonly ExternalProgramOptions s_grep = new() { AcceptedExitCodes = [1], Timeout = TimeLimits.Seconds(120) };

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Desktop_WhileAnotherRuns_IsRefusedUntilItsPersonTakesTheDisk() => MachineParts.RunAsync(serving.Stage, async () =>
    {
        string marker = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await using (Desktop first = await Desktop.StartAsync(serving.Stage, "first-desktop", DesktopStart.Direct, serving.KeyFile, _token))
        {
            ConsoleShell shell = await first.LogInAsync(_token);
            await PayloadChecks.WriteAsync(shell, Before, "saved", _token);
            await PrivilegeChecks.AsDocumentedAsync(shell, "@stiefel-agent", "$(pgrep -f ^@stiefel-agent)", _token);

            await using Desktop second = await Desktop.StartAsync(
                serving.Stage, "second-desktop", DesktopStart.Direct, serving.KeyFile, _token, isSecond: true);
            await TakeOverAsync(second);
            await WriteInVainAsync(shell, marker);

            await UseAsync(second);
        }

        await serving.Laptop.ForgetDesktopAsync(_token);
        Assert.Equal(1, (await ExternalProgram.RunAsync("grep", ["-q", "-a", "-F", marker, serving.Image.Path], s_grep, _token)).ExitCode);
        Assert.DoesNotContain(Path.GetFileName(After), await serving.Image.ListAsync(serving.Disk.RootPartition, "/root", _token));
        await DiskChecks.CleanAsync(serving.Image, serving.Disk.RootPartition, _token);
        return true;
    });

    /// <summary>It is told who has the disk and since when, gets nothing, and takes it when its person says so.</summary>
    private async Task TakeOverAsync(Desktop second)
    {
        await second.WaitForPhaseAsync("searching", TimeLimits.KernelStart, _token);
        await second.Console.WaitForAsync(
            new Regex(@"in use by the desktop with the key stick at \S+ since \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ"), TimeLimits.Fetch, _token);
        await second.Console.WaitForAsync("press T and Enter to take the disk over", TimeLimits.Command, _token);
        await second.Console.SendLineAsync("T", _token);
        await second.WaitForPhaseAsync("granted", TimeLimits.Fetch, _token);
    }

    /// <summary>The first desktop cannot write any more, and is told so rather than kept waiting.</summary>
    private async Task WriteInVainAsync(ConsoleShell first, string marker)
    {
        await first.StartAsync($"echo {marker} >{After}; sync {After}", _token);
        ConsoleOutput written = await first.FinishAsync(s_fenced, _token);
        Assert.True(written.ExitCode != 0, $"a desktop whose disk was taken over wrote to it: {written.Text}");
    }

    /// <summary>The second runs the laptop's system with what the first had saved, and nothing of what came later.</summary>
    private async Task UseAsync(Desktop second)
    {
        await second.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
        ConsoleShell shell = await second.LogInToPayloadAsync(_token);
        await PayloadChecks.RootAsync(shell, _token);
        Assert.Equal("saved", (await shell.RunAsync($"cat {Before}", _token)).Trim());
        await shell.RunAsync($"! test -e {After}", _token);
        await PayloadChecks.NoDiskErrorAsync(shell, _token);
        await second.PowerOffAsync(shell, _token);
    }
}
