namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>A clock that advances only when a test says so.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public void Pass(TimeSpan time) => _now += time.Ticks;
}
