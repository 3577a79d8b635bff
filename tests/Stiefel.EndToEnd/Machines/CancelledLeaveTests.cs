using System.Globalization;
using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Cancels a leave at random moments: no kernel stays loaded, or the laptop's next restart would start it. systemd is forbidden to start the loaded kernel,
/// so that a leave has a course of its own up to its last step and then ends in staying, too.
/// </summary>
[Trait("Needs", "machines")]
public sealed partial class CancelledLeaveTests(MachineParts parts)
{
    private const int InOneCommand = 40;
    private const string Leave = "stiefel serve-now --grace 1 >/run/said 2>&1";

    // Prints for a run its exit code, what /sys/kernel/kexec_loaded says, and how often the leave said that it had loaded a kernel.
    private const string Look = "look() { echo \"run $? $(cat /sys/kernel/kexec_loaded) $(grep -c 'leaving for the server ramdisk' /run/said)\"; }";
    private const string Cancel = $"cancel() {{ timeout -s $1 $2 {Leave}; look; }}";

    // The kernel or the leave itself may be busy for that long when it is cancelled.
    private static readonly TimeSpan s_oneRun = TimeLimits.Seconds(20);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Leave_CancelledAFewTimes_LeavesNoKernelLoaded() => PlayAsync("cancelled-leave", 5);

    [Fact]
    [Trait("Needs", "long")]
    public Task Leave_Cancelled200TimesAtRandomMoments_LeavesNoKernelLoaded() => PlayAsync("cancelled-leaves", 200);

    private Task PlayAsync(string name, int cancels) => parts.PlayAsync(name, async run =>
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var stations = await parts.StationsAsync();
        await using var laptop = await stations.TakeUpOwnSystemAsync(run, _token);
        await LaptopByHand.InstallAsync(run, laptop, parts.NewKey("stick"), "any", _token);
        await laptop.Shell.RunAsync("systemctl mask --runtime kexec.target", _token);

        // The first run reads the files from the disk, and the second has the length of all others.
        await laptop.Shell.RunAsync($"{Look}; {Cancel}", _token);
        Assert.Equal((1, false, true), Assert.Single(await RunAsync(laptop.Shell, [$"{Leave}; look"])));
// The warning appears on this console, too.
        var took = Whole().Match(await laptop.Shell.RunAsync($"a=$(date +%s%N); {Leave}; echo whole $(( ($(date +%s%N) - a) / 1000000 ))", _token));
        var whole = TimeSpan.FromMilliseconds(int.Parse(took.Groups[1].Value, CultureInfo.InvariantCulture));

        var ends = new List<(int Code, bool IsLoaded, bool WasLoaded)>();
        for (var done = 0; done < cancels; done += InOneCommand)
        {
            ends.AddRange(await RunAsync(laptop.Shell, [.. Enumerable.Range(done, Math.Min(InOneCommand, cancels - done)).Select(number => Moment(number, random, whole))]));
        }

        Assert.Equal(cancels, ends.Count);
        Assert.True(ends.All(end => !end.IsLoaded), $"seed {seed}, the whole takes {whole}: the kernel stayed loaded in runs {string.Join(", ", ends.Select((end, number) => (end, number)).Where(one => one.end.IsLoaded).Select(one => one.number))}");
        Assert.Contains(ends, end => end.Code != 1);
        if (cancels > InOneCommand)
        {
            // Some were cancelled before, and some after a kernel was loaded.
            Assert.Contains(ends, end => end.WasLoaded && end.Code != 1);
            Assert.Contains(ends, end => !end.WasLoaded);
            await laptop.Shell.RunAsync("systemctl unmask --runtime kexec.target", _token);
            await laptop.Shell.StartAsync("stiefel serve-now --grace 1", _token);
            await laptop.Machine.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.PowerOff + TimeLimits.ServerStart, _token);
        }
    });

    // Half of the moments are of the whole course, and half of its end, where the kernel is loaded. SIGINT is Ctrl-C, SIGTERM is how systemd stops a service.
    private static string Moment(int number, Random random, TimeSpan whole)
    {
        var begin = number % 2 == 0 ? 0 : 0.5;
        var moment = whole * (begin + (random.NextDouble() * (1.05 - begin)));
        return $"cancel {(number % 4 < 2 ? "INT" : "TERM")} {moment.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture)}";
    }

    private async Task<IReadOnlyList<(int Code, bool IsLoaded, bool WasLoaded)>> RunAsync(ConsoleShell shell, IReadOnlyList<string> runs)
    {
        var said = await shell.RunAsync(string.Join("; ", runs), _token, s_oneRun * runs.Count);
        return [.. Run().Matches(said).Select(run => (int.Parse(run.Groups[1].Value, CultureInfo.InvariantCulture), run.Groups[2].Value != "0", run.Groups[3].Value != "0"))];
    }

    [GeneratedRegex(@"^whole (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Whole();

    [GeneratedRegex(@"^run (\d+) (\d) (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Run();
}
