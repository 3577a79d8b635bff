using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A desktop of which nothing is as usual: many cards, the right one plugged in late, and a kernel without IPv6.</summary>
[Trait("Needs", "machines")]
public sealed class SearchTests(MachineParts parts)
{
    private const string Idle = @"no laptop answered; asking again\n(  \S+: link up, nothing is heard\n){3}";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Needs", "long")]
    public Task Desktop_WithoutIpv6_BootsByTheFourthCardThatComesDuringTheSearch() => parts.PlayServingAsync(
        "search",
        async (run, _) =>
        {
            var end = run.DesktopEnd with { IdleCards = 3, IsPluggedIn = false };
            await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, (await parts.StationsAsync()).KeyFile, end, "ipv6.disable=1", _token);
            await desktop.Console.WaitForAsync(new System.Text.RegularExpressions.Regex(Idle), TimeLimits.FirmwareStart, _token);

            await desktop.Machine.PlugAdapterAsync(_token);

            await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
            var shell = await desktop.LogInToPayloadAsync(_token);
            await PayloadChecks.RootAsync(shell, _token);
            var link = await shell.RunAsync($"{PayloadChecks.InLink} ip -o -4 address show dev stiefellink", _token);
            Assert.Contains("inet 169.254.", link, StringComparison.Ordinal);
            Assert.Contains("169.254.", await shell.RunAsync($"{PayloadChecks.InLink} ss -uanH; {PayloadChecks.InLink} ip neighbour", _token), StringComparison.Ordinal);
            await PayloadChecks.NoDiskErrorAsync(shell, _token);
            await desktop.PowerOffAsync(shell, _token);
        },
        _ => Task.CompletedTask);
}
