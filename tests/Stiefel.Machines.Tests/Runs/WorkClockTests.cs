using Stiefel.Machines.Runs;
using Xunit;

namespace Stiefel.Machines.Tests.Runs;

public sealed class WorkClockTests
{
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(0.3);

    private TimeSpan _now;

    [Fact]
    public void Elapsed_OnAMachineThatIsQuickerThanUsual_IsTheUsualTime()
    {
        var clock = Create();
        clock.Measured(s_usual / 10);
        Pass(30);
        Assert.Equal(TimeSpan.FromSeconds(30), clock.Elapsed);
        Assert.Equal(1, clock.Slowness);
    }

    [Fact]
    public void Elapsed_WhileTheMachineIsSlow_GoesSlowerAndForgetsNothingOfItAfterwards()
    {
        var clock = Create();
        clock.Measured(s_usual * 4);
        Pass(40);
        Assert.Equal(TimeSpan.FromSeconds(10), clock.Elapsed);
        clock.Measured(s_usual);
        Pass(5);
        Assert.Equal(TimeSpan.FromSeconds(15), clock.Elapsed);
    }

    [Fact]
    public void Slowness_HoweverSlowTheMachine_IsBounded()
    {
        var clock = Create();
        clock.Measured(TimeSpan.FromHours(1));
        Assert.Equal(WorkClock.MostSlowness, clock.Slowness);
    }

    [Fact]
    public void Slowness_OfAMachineThatSaysItIsSlow_IsNeverLess()
    {
        var clock = new WorkClock(() => _now, 20);
        clock.Measured(s_usual);
        Assert.Equal(20, clock.Slowness);
    }

    [Fact]
    public void Left_OfADeadline_GrowsWhenTheMachineBecomesSlow()
    {
        var clock = Create();
        var deadline = new Deadline(TimeSpan.FromSeconds(20), clock);
        Pass(10);
        Assert.Equal(TimeSpan.FromSeconds(10), deadline.Left);
        clock.Measured(s_usual * 5);
        // The ten seconds that have passed count as only two.
        Assert.Equal(TimeSpan.FromSeconds(90), deadline.Left);
        Pass(90);
        Assert.Equal(TimeSpan.Zero, deadline.Left);
    }

    [Fact]
    public async Task WaitAsync_ForWhatNeverComes_EndsWithTheDeadline()
    {
        var deadline = new Deadline(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAsync<TimeoutException>(() => deadline.WaitAsync(new TaskCompletionSource().Task, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WaitAsync_ForWhatFails_FailsWithIt()
        => await Assert.ThrowsAsync<InvalidDataException>(
            () => new Deadline(TimeSpan.FromSeconds(20)).WaitAsync(Task.FromException(new InvalidDataException()), TestContext.Current.CancellationToken));

    [Fact]
    public async Task WaitAsync_ThatIsEnded_Ends()
    {
        using var ended = new CancellationTokenSource();
        var waiting = new Deadline(TimeSpan.FromSeconds(20)).WaitAsync(new TaskCompletionSource().Task, ended.Token);
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private WorkClock Create() => new(() => _now, 1);

    private void Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
