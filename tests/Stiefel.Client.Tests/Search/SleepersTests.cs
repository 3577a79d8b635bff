using System.Net;
using Stiefel.Client.Search;
using Stiefel.Client.Tests.Screen;
using Stiefel.Protocol.Discovery;
using Xunit;

namespace Stiefel.Client.Tests.Search;

/// <summary>Tests that at most one laptop is called, and which.</summary>
public sealed class SleepersTests
{
    private static readonly LaptopIdentity s_wren = LaptopIdentity.Of("0123456789abcdef", "wren");
    private static readonly LaptopIdentity s_robin = LaptopIdentity.Of("fedcba9876543210", "robin");
    private static readonly IPAddress s_one = IPAddress.Parse("fe80::1");
    private static readonly IPAddress s_two = IPAddress.Parse("fe80::2");

    private readonly ManualClock _clock = new();
    private readonly Sleepers _sleepers;

    public SleepersTests() => _sleepers = new Sleepers(WantedLaptop.Any, _clock);

    [Fact]
    public void Hear_OneLaptopFromTheStart_IsCalledAfterTheSecondThatServersHave()
    {
        for (var at = TimeSpan.Zero; at < Sleepers.LetServersAnswer; at += FindSchedule.Tick)
        {
            Assert.False(_sleepers.Hear(s_wren, s_one));
            _clock.Advance(FindSchedule.Tick);
        }

        Assert.True(_sleepers.Hear(s_wren, s_one));
        Assert.False(_sleepers.Undecided.TryPeek(out _));
    }

    [Fact]
    public void Hear_CableComesLater_IsCalledAfterThreeRoundsOfQuestions()
    {
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.False(_sleepers.Hear(s_wren, s_one));
        _clock.Advance(Sleepers.Collect - FindSchedule.Tick);
        Assert.False(_sleepers.Hear(s_wren, s_one));
        _clock.Advance(FindSchedule.Tick);
        Assert.True(_sleepers.Hear(s_wren, s_one));
    }

    [Fact]
    public void Hear_OneLaptopByTwoCables_IsCalledByOneOfThem()
    {
        HearBoth(s_wren, s_wren);
        Assert.True(_sleepers.Hear(s_wren, s_one));
        Assert.False(_sleepers.Hear(s_wren, s_two));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_sleepers.Hear(s_wren, s_one));
        Assert.False(_sleepers.Undecided.TryPeek(out _));

        // The first cable is pulled: the laptop answers by the second only.
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True(_sleepers.Hear(s_wren, s_two));
    }

    [Fact]
    public void Hear_TwoLaptops_CallsNoneUntilOneIsChosenAndThenOnlyThat()
    {
        HearBoth(s_wren, s_robin);
        Assert.False(_sleepers.Hear(s_wren, s_one));
        Assert.False(_sleepers.Hear(s_robin, s_two));
        Assert.True(_sleepers.Undecided.TryRead(out _));
        Assert.Equal([s_robin, s_wren], _sleepers.Present);
        Assert.Null(_sleepers.ChosenByPerson);

        _sleepers.Choose(s_robin.Id);
        Assert.Equal(s_robin.Id, _sleepers.ChosenByPerson);
        Assert.False(_sleepers.Hear(s_wren, s_one));
        Assert.True(_sleepers.Hear(s_robin, s_two));
        Assert.False(_sleepers.Undecided.TryPeek(out _));
    }

    [Fact]
    public void Hear_OneOfTwoFallsSilentWhileNobodyChose_DoesNotCallTheOther()
    {
        HearBoth(s_wren, s_robin);
        Assert.False(_sleepers.Hear(s_wren, s_one));
        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.False(_sleepers.Hear(s_robin, s_two));
        Assert.Equal([s_robin], _sleepers.Present);
        Assert.True(_sleepers.Undecided.TryRead(out _));
    }

    [Fact]
    public void Hear_SecondLaptopAfterTheFirstWasCalled_IsLeftAloneUntilThatOneIsLost()
    {
        HearBoth(s_wren, s_wren);
        Assert.True(_sleepers.Hear(s_wren, s_one));
        for (var minute = 0; minute < 10; minute++)
        {
            Assert.False(_sleepers.Hear(s_robin, s_two));
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.False(_sleepers.Hear(s_robin, s_two));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_sleepers.Hear(s_robin, s_two));
    }

    [Fact]
    public void Hear_OnlyOneIsWanted_CallsThatAndAsksNobody()
    {
        var sleepers = new Sleepers(new WantedLaptop("ROBIN"), _clock);
        sleepers.Hear(s_wren, s_one);
        sleepers.Hear(s_robin, s_two);
        _clock.Advance(Sleepers.LetServersAnswer);
        Assert.False(sleepers.Hear(s_wren, s_one));
        Assert.True(sleepers.Hear(s_robin, s_two));
        Assert.False(sleepers.Undecided.TryPeek(out _));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("wren", true)]
    [InlineData("Wren", true)]
    [InlineData("01234567", true)]
    [InlineData("0123456789ABCDEF", true)]
    [InlineData("wre", false)]
    [InlineData("123", false)]
    [InlineData("0123456789abcdef0", false)]
    public void Wanted_NameOrBeginningOfTheId_Fits(string? text, bool fits) => Assert.Equal(fits, new WantedLaptop(text).Fits(s_wren));

    private void HearBoth(LaptopIdentity first, LaptopIdentity second)
    {
        Assert.False(_sleepers.Hear(first, s_one));
        Assert.False(_sleepers.Hear(second, s_two));
        _clock.Advance(Sleepers.LetServersAnswer);
    }
}
