using Stiefel.Attach.Ending;
using Xunit;

namespace Stiefel.Attach.Tests.Ending;

public sealed class EndWatchTests
{
    private readonly List<string> _said = [];
    private long _now = 1_000_000;

    [Fact]
    public void WaitFor_EndThatTakesAMoment_SaysNothing()
    {
        Assert.Null(Watch().WaitFor(() => Passed(9.9)));
        Assert.Empty(_said);
    }

    [Fact]
    public void WaitFor_CableOut_SaysSoEveryTenSecondsAndHowToGiveUp()
    {
        Assert.Null(Watch().WaitFor(() => Passed(35)));
        Assert.Equal(
            [
                "waiting to leave the laptop's disk in order: no cable (10 s; the power key ends this, or 290 s more)",
                "waiting to leave the laptop's disk in order: no cable (20 s; the power key ends this, or 280 s more)",
                "waiting to leave the laptop's disk in order: no cable (30 s; the power key ends this, or 270 s more)",
            ],
            _said);
    }

    [Fact]
    public void WaitFor_LaptopThatNeverComes_GivesUpWhenItsTimeIsOver()
    {
        Assert.Equal("after 300 s: no cable", Watch().WaitFor(() => Passed(301)));
        Assert.Equal(29, _said.Count);
    }

    [Fact]
    public void WaitFor_PowerKey_GivesUpAtOnce()
    {
        Assert.Equal("by the power key: no cable", Watch(keyAfter: 3).WaitFor(() => Passed(301)));
        Assert.Empty(_said);
    }

    private EndWatch Watch(double keyAfter = double.PositiveInfinity) =>
        new(TimeSpan.FromSeconds(300), _said.Add, () => "no cable", () => PressedAfterAMoment(keyAfter), () => _now);

    private bool PressedAfterAMoment(double keyAfter)
    {
        _now += 100;
        return Passed(keyAfter);
    }

    private bool Passed(double seconds) => _now - 1_000_000 >= seconds * 1000;
}
