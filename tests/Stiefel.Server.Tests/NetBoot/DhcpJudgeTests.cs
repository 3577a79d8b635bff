using Stiefel.Server.NetBoot;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.NetBoot;

public sealed class DhcpJudgeTests
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(40);
    private readonly ManualTime _clock = new();

    [Fact]
    public void Cable_ThatIsSilentForTheWholeLook_IsOurs()
    {
        var judge = new DhcpJudge(_clock, s_look, wasAlone: false);
        Assert.Equal(DhcpRole.Looking, judge.Role);
        _clock.Advance(s_look - TimeSpan.FromSeconds(1));
        Assert.Equal(DhcpRole.Looking, judge.Role);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DhcpRole.Alone, judge.Role);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 100)]
    [InlineData(true, 0)]
    public void Cable_WhereAnotherSpeaks_IsItsAtOnceAndUntilItIsForgotten(bool wasAlone, int afterSeconds)
    {
        var judge = new DhcpJudge(_clock, s_look, wasAlone);
        _clock.Advance(TimeSpan.FromSeconds(afterSeconds));
        judge.Hear(saysWhatToBoot: false);
        Assert.Equal(DhcpRole.Beside, judge.Role);
        _clock.Advance(DhcpJudge.Forgotten - TimeSpan.FromSeconds(1));
        Assert.Equal(DhcpRole.Beside, judge.Role);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DhcpRole.Alone, judge.Role);
    }

    [Fact]
    public void Cable_WhereAnotherSaysWhatToBoot_IsLeftToItAsLongAsItDoes()
    {
        var judge = new DhcpJudge(_clock, s_look, wasAlone: true);
        judge.Hear(saysWhatToBoot: true);
        judge.Hear(saysWhatToBoot: false);
        Assert.Equal(DhcpRole.Yielding, judge.Role);
        _clock.Advance(DhcpJudge.Forgotten - TimeSpan.FromSeconds(1));
        judge.Hear(saysWhatToBoot: false);
        Assert.Equal(DhcpRole.Yielding, judge.Role);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DhcpRole.Beside, judge.Role);
    }

    [Fact]
    public void Cable_ThatWasOursBeforeItsDesktopRestarted_IsOursAtOnce() =>
        Assert.Equal(DhcpRole.Alone, new DhcpJudge(_clock, s_look, wasAlone: true).Role);

    /// <summary>A switch with a spanning tree forwards nothing for 30 s, so servers are asked for repeatedly before any desktop is answered, and afterwards too.</summary>
    [Fact]
    public void Servers_AreAskedForAtOnceBeforeTheLookEndsAndForEver()
    {
        var judge = new DhcpJudge(_clock, s_look, wasAlone: false);
        var asked = new List<int>();
        for (var second = 0; second <= 120; second++)
        {
            if (judge.IsDue())
            {
                asked.Add(second);
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 2, 4, 6], asked.Take(4));
        Assert.Contains(asked, second => second is > 30 and < 40);
        Assert.True(asked.Zip(asked.Skip(1)).All(pair => pair.Second - pair.First <= 10));
        Assert.True(asked[^1] > 110);
    }
}
