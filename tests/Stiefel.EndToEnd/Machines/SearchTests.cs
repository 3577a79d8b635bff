using System.Text.RegularExpressions;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests desktops whose search is not the usual one: many cards, the right one plugged in late, a kernel without IPv6, and two laptops.</summary>
[Trait("Needs", "machines")]
public sealed class SearchTests(MachineParts parts)
{
    private const string Idle = @"no laptop answered; asking again\n(  \S+: link up, nothing is heard\n){3}";
    private const string OtherLaptop = "heron";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Desktop_WithoutIpv6_MeetsTheLaptopAtTheFourthCardThatComesDuringTheSearch() =>
        parts.PlayServingAsync("search", (run, _) => MeetAsync(run, _ => Task.CompletedTask));

    [Fact]
    [Trait("Needs", "long")]
    public Task Desktop_WithoutIpv6_BootsByTheFourthCardThatComesDuringTheSearch() => parts.PlayServingAsync(
        "search-and-boot",
        (run, _) => MeetAsync(run, async desktop =>
        {
            await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
            var shell = await desktop.LogInToPayloadAsync(_token);
            await PayloadChecks.RootAsync(shell, _token);
            var link = await shell.RunAsync($"{PayloadChecks.InLink} ip -o -4 address show dev stiefellink", _token);
            Assert.Contains("inet 169.254.", link, StringComparison.Ordinal);
            Assert.Contains("169.254.", await shell.RunAsync($"{PayloadChecks.InLink} ss -uanH; {PayloadChecks.InLink} ip neighbour", _token), StringComparison.Ordinal);
            await PayloadChecks.NoDiskErrorAsync(shell, _token);
            await desktop.PowerOffAsync(shell, _token);
        }),
        _ => Task.CompletedTask);

    [Fact]
    public Task Desktop_WithTwoLaptops_AsksWhichAndTakesTheChosenOne() => parts.PlayServingAsync("two-laptops", async (run, _) =>
    {
        var other = await parts.BeginAsync("two-laptops-other");
        try
        {
            await using var laptop = await (await parts.StationsAsync()).TakeUpServingAsync(other, _token);
            await NameAsync(laptop);
            var end = run.DesktopEnd with { Others = [other.SecondDesktopEnd] };
            await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, (await parts.StationsAsync()).KeyFile, end, "", _token);

            await desktop.Console.WaitForAsync("several laptops serve and know this key:", TimeLimits.FirmwareStart, _token);
            await desktop.Console.WaitForAsync(new Regex($@"1  {OtherLaptop} \(id 0123abcd\)\s+2  \S+ \(id [0-9a-f]+\)"), TimeLimits.Command, _token);
            await desktop.Console.SendLineAsync("1", _token);

            await desktop.WaitForPhaseAsync("kernel", TimeLimits.Fetch, _token);
            await laptop.Console.WaitForAsync(new Regex(@"session \S+ of \S+ with key stick"), TimeLimits.Command, _token);
        }
        finally
        {
            await MachineParts.CloseAsync(other);
        }
    });

    /// <summary>Starts a desktop with three cards that lead nowhere, plugs the one to the laptop in, and goes on when the two have agreed on keys.</summary>
    private async Task MeetAsync(MachineRun run, Func<Desktop, Task> goOnAsync)
    {
        var end = run.DesktopEnd with { IdleCards = 3, IsPluggedIn = false };
        await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, (await parts.StationsAsync()).KeyFile, end, "ipv6.disable=1", _token);
        await desktop.Console.WaitForAsync(new Regex(Idle), TimeLimits.FirmwareStart, _token);

        await desktop.Machine.PlugAdapterAsync(_token);

        await desktop.Console.WaitForAsync(new Regex(@"stiefel: phase found\n  169\.254\.\d+\.\d+:4644 by \S+ "), TimeLimits.Command, _token);
        await desktop.WaitForPhaseAsync("kernel", TimeLimits.Fetch, _token);
        await goOnAsync(desktop);
    }

    /// <summary>Gives a laptop, which was taken up from the same station as the first, a name and an id of its own.</summary>
    private async Task NameAsync(Laptop laptop)
    {
        var shell = await laptop.OpenShellAsync(_token);
        var settings = $$"""{ "Boot": { "Laptop": "{{OtherLaptop}}" }, "Discovery": { "LaptopId": "0123abcd0123abcd" } }""";
        await shell.RunAsync($"echo '{settings}' >/etc/stiefel/appsettings.json", _token);
        await laptop.StopServerForAsync(TimeSpan.Zero, _token);
    }
}
