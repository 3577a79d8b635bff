using Stiefel.Linux.Power;
using Stiefel.Server.Power;

namespace Stiefel.Server.Tests.Power;

/// <summary>Which tones are sounded and when.</summary>
public sealed class AlarmPlanTests
{
    private readonly AlarmPlan _plan = new();
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(PowerState.OnAc)]
    [InlineData(PowerState.Unknown)]
    public void FirstState_ThatIsNoDanger_IsSilent(PowerState state)
    {
        _plan.Hear(state);
        Assert.Empty(Take());
    }

    [Fact]
    public void WorseAndWorse_SoundsHigherAndOftener()
    {
        (int Hertz, int Tones, TimeSpan Every)[] heard =
        [
            .. ((PowerState[])[PowerState.OnBattery, PowerState.Low, PowerState.Critical]).Select(state =>
            {
                _plan.Hear(state);
                var tones = Take(out var none);
                Assert.Equal(TimeSpan.FromHours(1), none);
                Assert.Empty(Take(out var wait));
                return (tones.Max(), tones.Count, wait);
            }),
        ];
        for (var worse = 1; worse < heard.Length; worse++)
        {
            Assert.True(heard[worse].Hertz > heard[worse - 1].Hertz && heard[worse].Tones > heard[worse - 1].Tones && heard[worse].Every < heard[worse - 1].Every);
        }
    }

    [Fact]
    public void BadState_SoundsAgainInItsTime()
    {
        _plan.Hear(PowerState.Low);
        Assert.NotEmpty(Take());
        _now += TimeSpan.FromSeconds(59);
        Assert.Empty(Take(out var wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
        _now += wait;
        Assert.NotEmpty(Take());
    }

    [Fact]
    public void Mains_BackAgain_SoundsOnce()
    {
        _plan.Hear(PowerState.OnBattery);
        _plan.Hear(PowerState.OnAc);
        Assert.Equal([660, 990], Take());
        _now += TimeSpan.FromDays(1);
        Assert.Empty(Take());
    }

    [Fact]
    public void Silenced_IsSilentUntilItBecomesWorse()
    {
        _plan.Hear(PowerState.Low);
        _plan.Silence(true);
        _now += TimeSpan.FromHours(1);
        Assert.Empty(Take());
        _plan.Hear(PowerState.OnBattery);
        _plan.Hear(PowerState.Low);
        Assert.Empty(Take());
        Assert.True(_plan.IsSilenced);

        _plan.Hear(PowerState.Critical);
        Assert.NotEmpty(Take());
        Assert.False(_plan.IsSilenced);
    }

    [Fact]
    public void Silenced_AfterMains_IsLoudAgain()
    {
        _plan.Hear(PowerState.Low);
        _plan.Silence(true);
        _plan.Hear(PowerState.OnAc);
        _plan.Hear(PowerState.Low);
        Assert.Equal([880, 880, 880], Take());
    }

    [Fact]
    public void Silenced_AndNotAnyMore_IsLoudAtOnce()
    {
        _plan.Hear(PowerState.Critical);
        _plan.Silence(true);
        _plan.Silence(false);
        Assert.NotEmpty(Take());
    }

    [Fact]
    public void Test_OfAnotherStateWhileSilenced_SoundsOnceAndIsAsBefore()
    {
        _plan.Hear(PowerState.Critical);
        _plan.Silence(true);
        _plan.Test(PowerState.Low);
        Assert.Equal([880, 880, 880], Take());
        Assert.Empty(Take());
        Assert.True(_plan.IsSilenced);
    }

    private List<int> Take() => Take(out _);

    private List<int> Take(out TimeSpan wait) => [.. _plan.TakeDue(_now, out wait).Select(tone => tone.Hertz)];
}
