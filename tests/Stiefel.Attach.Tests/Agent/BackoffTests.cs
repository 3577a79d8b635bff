using Stiefel.Attach.Agent;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class BackoffTests
{
    [Fact]
    public void Next_AgainAndAgain_GrowsToItsLimit()
    {
        var backoff = new Backoff();

        var pauses = Enumerable.Range(0, 100).Select(_ => backoff.Next()).ToList();

        Assert.Equal([100, 200, 400, 800, 1600, 2000, 2000], pauses.Take(7).Select(pause => pause.TotalMilliseconds));
        Assert.Equal(Backoff.Longest, pauses[^1]);
    }
}
