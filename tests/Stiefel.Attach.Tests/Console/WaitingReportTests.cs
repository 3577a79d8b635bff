using Stiefel.Attach.Console;
using Xunit;

namespace Stiefel.Attach.Tests.Console;

public sealed class WaitingReportTests
{
    private readonly List<string> _said = [];
    private long _now = 1_000_000;

    [Fact]
    public void WhileBooting_ShortWait_SaysNothing()
    {
        var report = WaitingReport.WhileBooting(_said.Add, () => _now);

        Pass(report, "no carrier", seconds: 1.9);

        Assert.Empty(_said);
    }

    [Fact]
    public void WhileBooting_LongWait_SaysItEveryFiveSeconds()
    {
        var report = WaitingReport.WhileBooting(_said.Add, () => _now);

        Pass(report, "no carrier", seconds: 30);

        Assert.Equal(6, _said.Count);
        Assert.All(_said, line => Assert.Equal("waiting: no carrier", line));
    }

    [Fact]
    public void WhileBooting_AnotherReason_IsSaidAtOnce()
    {
        var report = WaitingReport.WhileBooting(_said.Add, () => _now);
        Pass(report, "no carrier", seconds: 3);

        report.Say("connection refused");

        Assert.Equal(["waiting: no carrier", "waiting: connection refused"], _said);
    }

    [Fact]
    public void WhileRunning_ANight_FillsNoLog()
    {
        var report = WaitingReport.WhileRunning(_said.Add, () => _now);

        Pass(report, "no carrier", seconds: 8 * 3600);

        Assert.InRange(_said.Count, 40, 70);
        Assert.Equal(8 * 3600, report.Elapsed.TotalSeconds, tolerance: 1);
    }

    private void Pass(WaitingReport report, string reason, double seconds)
    {
        for (var end = _now + (long)(seconds * 1000); _now < end; _now += 100)
        {
            report.Say(reason);
        }
    }
}
