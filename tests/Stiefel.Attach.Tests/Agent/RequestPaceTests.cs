using CsCheck;
using Stiefel.Attach.Agent;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class RequestPaceTests
{
    private const double MB = 1e6;
    private const double TimeoutSeconds = 5;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(TimeoutSeconds);
    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(500);

    /// <summary>Cable speeds from 4 MB/s to 1 GB/s, evenly distributed by their logarithm.</summary>
    private static Gen<double> Rates => Gen.Double[Math.Log(4 * MB), Math.Log(1000 * MB)].Select(Math.Exp);

    [Fact]
    public void FullQueue_AnyCable_IsOverInHalfTheTimeout() => Rates.Sample(rate =>
    {
        var cable = new SimulatedCable(new RequestPace(s_timeout, 32 << 10)) { BytesPerSecond = rate };
        cable.Run(30);
        Assert.True(cable.LongestSeconds <= TimeoutSeconds / 2, $"at {rate / MB:0.0} MB/s a request took {cable.LongestSeconds:0.00} s");
    });

    [Theory]
    [InlineData(4)]
    [InlineData(10)]
    public void FullQueue_UnboundedOnASlowCable_IsTimedOut(double rate)
    {
        // Prove that the simulation shows the fault without the bound.
        var cable = new SimulatedCable(pace: null) { BytesPerSecond = rate * MB };
        cable.Run(30);
        Assert.True(cable.LongestSeconds > TimeoutSeconds);
    }

    [Fact]
    public void Bound_AnyCable_TakesNothingFromIt() => Rates.Sample(rate =>
    {
        var (bounded, unbounded) = (new SimulatedCable(new RequestPace(s_timeout, 32 << 10)) { BytesPerSecond = rate }, new SimulatedCable(null) { BytesPerSecond = rate });
        bounded.Run(3);
        unbounded.Run(3);
        var (boundedBefore, unboundedBefore) = (bounded.Bytes, unbounded.Bytes);
        bounded.Run(10);
        unbounded.Run(10);

        // Requests under way at the end count for neither cable.
        var share = (double)(bounded.Bytes - boundedBefore) / (unbounded.Bytes - unboundedBefore);
        Assert.True(share > 0.98, $"at {rate / MB:0.0} MB/s it carries {share:0.000} of what it could");
    });

    [Theory]
    [InlineData(4, 32)]
    [InlineData(11.5, 64)]
    [InlineData(40, 256)]
    [InlineData(60, 512)]
    [InlineData(110, 512)]
    [InlineData(1000, 512)]
    public void Kibibytes_AfterTwoSecondsOfLoad_AreWhatTheCableCarries(double rate, int expected)
    {
        var pace = new RequestPace(s_timeout, 32 << 10);
        new SimulatedCable(pace) { BytesPerSecond = rate * MB }.Run(2);
        Assert.Equal(expected, pace.Kibibytes);
    }

    [Fact]
    public void Cable_ChangesItsRate_CostsAtMostOneQueueAndIsTakenUpAgain() => Gen.Select(Rates, Rates).Sample((first, second) =>
    {
        var pace = new RequestPace(s_timeout, 32 << 10);
        var cable = new SimulatedCable(pace) { BytesPerSecond = first };
        cable.Run(5);
        cable.BytesPerSecond = second;
        cable.Run(20);
        cable.Forget();
        cable.Run(10);
        Assert.True(cable.LongestSeconds <= TimeoutSeconds / 2, $"from {first / MB:0.0} to {second / MB:0.0} MB/s: {cable.LongestSeconds:0.00} s at {pace.Kibibytes} KiB");

        cable.BytesPerSecond = 1000 * MB;
        cable.Run(10);
        Assert.Equal(RequestPace.LargestKibibytes, pace.Kibibytes);
    });

    [Fact]
    public void Kibibytes_SmallRequestsOrNoQueue_StayAsTheyAre()
    {
        var pace = new RequestPace(s_timeout, 32 << 10);
        new SimulatedCable(pace) { BytesPerSecond = 100 * MB }.Run(2);
        for (var i = 0; i < 20; i++)
        {
            // Three loads: a disk that reads 200 scattered blocks of 4 KiB per second, a single large request, and nothing at all.
            Assert.False(pace.Observe(new(s_window, 100 * 4096, 100, RequestPace.RequestsAtOnce)));
            Assert.False(pace.Observe(new(s_window, 512 * 1024, 1, 1)));
            Assert.False(pace.Observe(new(s_window, 0, 0, RequestPace.RequestsAtOnce)));
        }
    }

    [Fact]
    public void Kibibytes_HeapAfterAStop_DoesNotCount()
    {
        var pace = new RequestPace(s_timeout, 32 << 10);
        var cable = new SimulatedCable(pace) { BytesPerSecond = 4 * MB };
        cable.Run(5);
        Assert.False(pace.Observe(new(s_window, 0, 0, RequestPace.RequestsAtOnce)));
        Assert.False(pace.Observe(new(s_window, 200 << 20, 6400, RequestPace.RequestsAtOnce)));
        Assert.False(pace.Observe(new(s_window, 2 << 20, 64, RequestPace.RequestsAtOnce)));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(2)]
    public void FullQueue_VerySlowCable_IsOverInTime(double rate)
    {
        // From 1 MB/s on, the first queue is in time; on a slower cable, queues are in time once its speed was seen.
        var cable = new SimulatedCable(new RequestPace(s_timeout, 32 << 10)) { BytesPerSecond = rate * MB };
        cable.Run(rate < 1 ? 60 : 0);
        cable.Forget();
        cable.Run(60);
        Assert.True(cable.LongestSeconds < TimeoutSeconds, $"{cable.LongestSeconds:0.00} s");
    }

    [Fact]
    public void Kibibytes_ServerThatTakesLess_StayBelow()
    {
        var pace = new RequestPace(s_timeout, 128);
        new SimulatedCable(pace) { BytesPerSecond = 1000 * MB }.Run(5);
        Assert.Equal(128, pace.Kibibytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(60)]
    public void FullQueue_OtherTimeouts_IsOverInTime(double seconds)
    {
        var cable = new SimulatedCable(new RequestPace(TimeSpan.FromSeconds(seconds), 32 << 10)) { BytesPerSecond = 8 * MB };
        cable.Run(30);
        Assert.True(cable.LongestSeconds <= seconds / 2, $"{cable.LongestSeconds:0.00} s");
    }
}
