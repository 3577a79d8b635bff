using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

[Collection("network namespace")]
public sealed class LinkMonitorTests
{
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(20);

    [Fact]
    public async Task WatchAsync_LinkComesAndGoes_SaysSo()
    {
        using var limit = new CancellationTokenSource(s_limit);
        await using var changes = LinkMonitor.WatchAsync(limit.Token).GetAsyncEnumerator(limit.Token);

        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(LinkChangeKind.Everything, changes.Current.Kind);
        Ip("link add lm0 type veth peer name lm1");
        var index = RouteNetlink.ListLinks().Single(link => link.Name == "lm0").Index;
        await UntilAsync(changes, new(LinkChangeKind.Changed, index));
        Ip("address add 192.168.8.1/24 dev lm0");
        await UntilAsync(changes, new(LinkChangeKind.AddressChanged, index));
        Ip("link del lm0");
        await UntilAsync(changes, new(LinkChangeKind.Removed, index));
    }

    [Fact]
    public async Task WatchAsync_Cancelled_EndsPromptly()
    {
        using var stop = new CancellationTokenSource();
        await using var changes = LinkMonitor.WatchAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await changes.MoveNextAsync());

        var next = changes.MoveNextAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.AsTask().WaitAsync(s_limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task LinkRaiser_PresentAndLaterLinks_AreSetUpWithoutDetection()
    {
        using var stop = new CancellationTokenSource(s_limit);
        List<string> lines = [];
        Ip("link add lr0 type veth peer name lr1");
        var running = LinkRaiser.RunAsync(lines.Add, stop.Token);

        Assert.True(await SoonUpAsync("lr0", "lr1"));
        Ip("link add lr2 type veth peer name lr3");
        Assert.True(await SoonUpAsync("lr2", "lr3"));
        Ip("link del lr0");
        Ip("link add lr4 type veth peer name lr5");
        Assert.True(await SoonUpAsync("lr4", "lr5"));
        Assert.Equal("0", (await File.ReadAllTextAsync("/proc/sys/net/ipv6/conf/lr4/accept_dad", TestContext.Current.CancellationToken)).Trim());

        await stop.CancelAsync();
        await running.WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Contains(lines, line => line.StartsWith("lr2 (", StringComparison.Ordinal) && line.EndsWith("set up", StringComparison.Ordinal));
        Assert.DoesNotContain(RouteNetlink.ListLinks(), link => link is { Name: "lo", IsUp: true });
        Ip("link del lr2");
        Ip("link del lr4");
    }

    private static async Task UntilAsync(IAsyncEnumerator<LinkChange> changes, LinkChange wanted)
    {
        do
        {
            Assert.True(await changes.MoveNextAsync());
        }
        while (changes.Current != wanted);
    }

    private static async Task<bool> SoonUpAsync(params string[] names)
    {
        for (var i = 0; i < 500; i++)
        {
            var up = RouteNetlink.ListLinks().Where(link => link.IsUp).Select(link => link.Name).ToHashSet();
            if (up.IsSupersetOf(names))
            {
                return true;
            }

            await Task.Delay(10);
        }

        return false;
    }
}
