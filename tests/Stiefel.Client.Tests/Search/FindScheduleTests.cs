using Stiefel.Client.Search;
using Stiefel.Client.Tests.Screen;
using Xunit;

namespace Stiefel.Client.Tests.Search;

public sealed class FindScheduleTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void IsDue_FirstSeconds_EveryTickAndThenOnceASecond()
    {
        var schedule = new FindSchedule(_clock);
        var eager = CountDue(schedule, TimeSpan.FromSeconds(5));
        Assert.Equal(20, eager);
        Assert.InRange(CountDue(schedule, TimeSpan.FromSeconds(10)), 10, 11);
    }

    [Fact]
    public void Keep_LinkThatLostItsCarrier_IsAskedEagerlyAgain()
    {
        var schedule = new FindSchedule(_clock);
        CountDue(schedule, TimeSpan.FromSeconds(20));
        schedule.Keep([8]);
        Assert.True(schedule.IsDue(7, out var round));
        Assert.Equal(0, round);
        Assert.Equal(8, CountDue(schedule, TimeSpan.FromSeconds(2)));
    }

    private int CountDue(FindSchedule schedule, TimeSpan duration)
    {
        var due = 0;
        for (var time = TimeSpan.Zero; time < duration; time += FindSchedule.Tick)
        {
            schedule.Keep([7]);
            due += schedule.IsDue(7, out _) ? 1 : 0;
            _clock.Advance(FindSchedule.Tick);
        }

        return due;
    }
}
