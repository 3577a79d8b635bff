using System.Text.Json;
using Stiefel.Machines.Phases;
using Stiefel.Machines.Runs;
using Xunit;

namespace Stiefel.Machines.Tests.Phases;

public sealed class TimelineTests
{
    [Fact]
    public void Watch_GrowingPrompt_IsOnePhase()
    {
        var timeline = new Timeline(new RunClock());
        var watch = timeline.Watch("desktop");

        watch("laptop login:", false);
        watch("laptop login: ", false);
        watch("laptop login: root", true);
        watch("stiefel: phase searching", false);
        watch("stiefel: phase searching", true);
        watch("stiefel: phase searching", true);

        Assert.Equal(["login", "searching", "searching"], timeline.Phases.Select(phase => phase.Name));
    }

    [Fact]
    public void Mark_TwoMachines_CountsEachByItself()
    {
        var timeline = new Timeline(new RunClock());
        timeline.Mark("laptop", "power on");
        Thread.Sleep(20);
        timeline.Mark("desktop", "power on");
        Thread.Sleep(20);
        timeline.Mark("laptop", "login");

        var phases = timeline.Phases;

        Assert.Equal([0, 0], phases.Take(2).Select(phase => phase.Took));
        Assert.Equal(phases[2].At - phases[0].At, phases[2].Took, 3);
        Assert.True(phases[2].Took >= 0.04);
    }

    [Fact]
    public void Format_Phases_AlignsColumns()
    {
        var table = Timeline.Format([new Phase("laptop", "login", 28.125, 28.125), new Phase("wrong-desktop", "searching", 101.06, 3)]);

        Assert.Equal(
            "    at s    took s  machine        phase\n"
            + "    28.1      28.1  laptop         login\n"
            + "   101.1       3.0  wrong-desktop  searching\n",
            table);
    }

    [Fact]
    public void RunReport_AsJson_HoldsPhasesInOrder()
    {
        var report = new RunReport("ok", null, "uefi", "dracut", "/dev/nbd0p2", 12.5, [new Phase("laptop", "login", 1.5, 1)]);

        using var json = JsonDocument.Parse(JsonSerializer.Serialize(report, RunReportJson.Default.RunReport));

        Assert.Equal("/dev/nbd0p2", json.RootElement.GetProperty("rootDevice").GetString());
        var phase = json.RootElement.GetProperty("phases")[0];
        Assert.Equal("laptop", phase.GetProperty("machine").GetString());
        Assert.Equal("login", phase.GetProperty("name").GetString());
        Assert.Equal(1.5, phase.GetProperty("at").GetDouble());
    }
}
