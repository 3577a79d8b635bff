using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Xunit;

namespace Stiefel.Nbd.Tests.Devices;

/// <summary>A read that failed slowly fails at once when it is repeated, and no other read does.</summary>
public sealed class SlowFailuresTests
{
    private static readonly LinuxException s_failure = new("pread", Errno.EIO);

    private readonly SteppedTime _time = new();
    private readonly SlowFailures _failures;

    public SlowFailuresTests() => _failures = new SlowFailures(_time);

    [Theory]
    [InlineData(4096, 8192, true)]
    [InlineData(0, 65536, true)]
    [InlineData(4096, 4096, false)] // a part of it: perhaps the good one
    [InlineData(0, 8192, false)]
    [InlineData(12288, 4096, false)]
    public void Find_AfterASlowFailure_KnowsWhatIncludesIt(long offset, long length, bool isKnown)
    {
        Fail(4096, 8192, SlowFailures.Slow);
        Assert.Equal(isKnown ? s_failure : null, _failures.Find(offset, length));
    }

    [Fact]
    public void Add_QuickFailure_IsForgotten()
    {
        Fail(4096, 8192, SlowFailures.Slow - TimeSpan.FromMilliseconds(1));
        Assert.Null(_failures.Find(4096, 8192));
    }

    [Fact]
    public void Find_LaterThanItIsRemembered_AsksTheDiskAgain()
    {
        Fail(4096, 8192, SlowFailures.Slow);
        _time.Advance(SlowFailures.Memory);
        Assert.NotNull(_failures.Find(4096, 8192));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_failures.Find(4096, 8192));
    }

    [Theory]
    [InlineData(0, 4096, true)]
    [InlineData(8192, 1, false)]
    [InlineData(12288, 4096, true)]
    public void Written_OnIt_CanBeReadAgain(long offset, long length, bool isKnown)
    {
        Fail(4096, 8192, SlowFailures.Slow);
        _failures.Written(offset, length);
        Assert.Equal(isKnown, _failures.Find(4096, 8192) is not null);
    }

    [Fact]
    public void Add_Thousands_KeepsTheNewestFew()
    {
        for (var i = 0; i < 5000; i++)
        {
            Fail(i * 4096L, 4096, SlowFailures.Slow);
            Assert.NotNull(_failures.Find(i * 4096L, 4096));
        }

        Assert.Null(_failures.Find(0, 4096));
    }

    private void Fail(long offset, long length, TimeSpan after)
    {
        var started = _failures.Now;
        _time.Advance(after);
        _failures.Add(offset, length, s_failure, started);
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
