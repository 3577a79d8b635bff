using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a desktop with another key than the laptop that serves.</summary>
[Trait("Needs", "machines")]
public sealed class StrangerTests(MachineParts parts)
{
    private static readonly TimeSpan s_wrongKeyWait = TimeSpan.FromSeconds(20);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Desktop_WithWrongKey_GetsNothingAndIsLoggedOnce() => parts.PlayServingAsync("wrong-key", async (run, _) =>
    {
        const string Name = "stranger";
        await using var desktop = await Desktop.StartAsync(run, Name, DesktopStart.Direct, parts.NewKey("stranger"), _token);
        await desktop.WaitForPhaseAsync("searching", TimeLimits.KernelStart, _token);
        await Task.Delay(s_wrongKeyWait, _token);

        Assert.Equal("searching", run.Timeline.Phases.Last(phase => phase.Machine == Name).Name);
        var lines = await File.ReadAllLinesAsync(Path.Combine(run.LogDirectory, Laptop.Name + ".console.log"), _token);
        Assert.Single(lines, line => line.Contains("no accepted key", StringComparison.Ordinal));
    });
}
