using System.Diagnostics;
using Stiefel.Linux.Kernel;
using Xunit;

namespace Stiefel.Linux.Tests.Kernel;

public sealed class SleepTimeTests
{
    [Fact]
    public void Total_IsWhatTheClockOfTheSystemsLifeIsAheadOfThatOfItsWork()
    {
        var before = BootClock.Now - Stopwatch.GetElapsedTime(0);
        var asleep = SleepTime.Total;
        var after = BootClock.Now - Stopwatch.GetElapsedTime(0);

        // /proc/uptime counts hundredths; the two clocks are not read at once.
        Assert.True(asleep >= TimeSpan.Zero);
        Assert.InRange(asleep, TimeSpan.FromSeconds(Math.Min(before.TotalSeconds, after.TotalSeconds) - 1), TimeSpan.FromSeconds(Math.Max(before.TotalSeconds, after.TotalSeconds) + 1));
    }
}
