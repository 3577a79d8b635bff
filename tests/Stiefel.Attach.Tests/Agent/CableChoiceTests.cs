using Stiefel.Attach.Agent;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class CableChoiceTests
{
    private const int Step = 250;

    private readonly CableChoice _choice;
    private long _now = 1_000_000;
    private long _received;

    public CableChoiceTests() => _choice = new CableChoice(() => _now);

    [Fact]
    public void Look_CableLosesItsCarrier_TheNextTakesOverAtOnceAndGivesBackWhenItHasSettled()
    {
        Hear([true, true], 2000);
        Assert.Equal(0, _choice.Current);
        Hear([false, true], Step);
        Assert.Equal(1, _choice.Current);

        Hear([true, true], CableChoice.SettledMilliseconds - Step);
        Assert.Equal(1, _choice.Current);
        Hear([true, true], 2 * Step);
        Assert.Equal(0, _choice.Current);
    }

    [Fact]
    public void Look_LaptopIsSilentByOneCable_IsAskedFirstAndTheOtherTakesOverWithinTwoSeconds()
    {
        Hear([true, true], 2000);
        Assert.False(Look([true, true]));
        Silence([true, true], CableChoice.QuietMilliseconds);
        Assert.True(Look([true, true]));
        Silence([true, true], 2000 - CableChoice.QuietMilliseconds - Step);
        Assert.Equal(1, _choice.Current);

        // It has a carrier, and rests all the same: twice as long after the second time.
        Assert.InRange(UntilItIs(0, [true, true]), 9_000, 11_000);
        Silence([true, true], 2000);
        Assert.InRange(UntilItIs(0, [true, true]), 19_000, 21_000);
    }

    [Fact]
    public void Look_NoEchoCanBeAskedFor_SilenceTellsNothing()
    {
        Hear([true, true], 2000);
        Silence([true, true], 20_000, canAsk: false);
        Assert.Equal(0, _choice.Current);
    }

    /// <summary>The laptop restarts: each cable has its turn, and the fastest is used as soon as it is heard.</summary>
    [Fact]
    public void Look_LaptopIsAway_NoCableIsToBlame()
    {
        Hear([true, true, true], 2000);
        Silence([true, true, true], 30_000);
        Hear([true, true, true], Step);
        Assert.InRange(UntilItIs(0, [true, true, true]), 0, CableChoice.SettledMilliseconds);
    }

    [Fact]
    public void Look_OnlyOneCableIsUsable_ItIsKeptHoweverSilent()
    {
        Silence([true, false], 60_000);
        Assert.Equal(0, _choice.Current);
        Silence([false, false], 1000);
        Assert.Equal(0, _choice.Current);
        Silence([false, true], Step);
        Assert.Equal(1, _choice.Current);
    }

    [Fact]
    public void Look_AnotherAgentWasOnTheSecondCable_GoesOnThere()
    {
        _choice.BeginWith(1);
        Hear([true, true], Step);
        Assert.Equal(1, _choice.Current);
    }

    private bool Look(bool[] usable, bool canAsk = true)
    {
        _now += Step;
        return _choice.Look(usable, _received, canAsk);
    }

    private void Hear(bool[] usable, int milliseconds)
    {
        for (var end = _now + milliseconds; _now < end;)
        {
            _received++;
            Look(usable);
        }
    }

    private void Silence(bool[] usable, int milliseconds, bool canAsk = true)
    {
        for (var end = _now + milliseconds; _now < end;)
        {
            Look(usable, canAsk);
        }
    }

    private long UntilItIs(int cable, bool[] usable)
    {
        var begin = _now;
        while (_choice.Current != cable && _now - begin < 100_000)
        {
            Hear(usable, Step);
        }

        return _now - begin;
    }
}
