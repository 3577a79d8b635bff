using Microsoft.Extensions.DependencyInjection;
using Stiefel.Linux.Power;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Notices;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;
using Stiefel.Server.Power;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Return;

/// <summary>What laptop and desktop do when the battery is nearly empty.</summary>
public sealed class BatteryStopTests : IDisposable
{
    private readonly ServerFiles _files = new();
    private ulong _question;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Critical_DesktopEndsInGoodOrder_IsAskedToAndTheLaptopIsSwitchedOffAfterIt()
    {
        await using var laptop = await StartAsync("--Power:StopAtCritical", "true", "--Power:StopDelaySeconds", "0");
        using var desktop = await GrantAsync(laptop);
        Become(laptop, PowerState.Critical);

        await WaitForAsync(laptop, "desktop-asked");
        Assert.Equal(0, laptop.End.Count);
        Assert.Equal([NoticeKind.Information, NoticeKind.Warning, NoticeKind.Warning, NoticeKind.PowerOff], Kinds(laptop, desktop));

        desktop.EndCleanly(laptop.Server, 1);

        // The laptop is switched off, not restarted as after another goodbye.
        Assert.Equal(WayOut.PowerOff, await laptop.End.First.WaitAsync(TimeLimit.Seconds(20), Token));
    }

    [Fact]
    public async Task Critical_NobodyHasTheDisk_SwitchesTheLaptopOff()
    {
        await using var laptop = await StartAsync("--Power:StopAtCritical", "true", "--Power:StopDelaySeconds", "0");
        Become(laptop, PowerState.Critical);
        Assert.Equal(WayOut.PowerOff, await laptop.End.First.WaitAsync(TimeLimit.Seconds(20), Token));
    }

    [Fact]
    public async Task Critical_AdapterIsPluggedInBefore_IsCalledOff()
    {
        await using var laptop = await StartAsync("--Power:StopAtCritical", "true", "--Power:StopDelaySeconds", "3600");
        using var desktop = await GrantAsync(laptop);
        Become(laptop, PowerState.Critical);
        await WaitForAsync(laptop, "announced");
        Become(laptop, PowerState.OnAc);
        await WaitForAsync(laptop, "called-off");
        Assert.DoesNotContain(NoticeKind.PowerOff, Kinds(laptop, desktop));
        Assert.Equal(0, laptop.End.Count);
    }

    /// <summary>A connected desktop is not cut off: its writes are worth more than the last minutes of the battery.</summary>
    [Fact]
    public async Task Critical_DesktopStaysConnected_IsNeverCut()
    {
        await using var laptop = await StartAsync("--Power:StopAtCritical", "true", "--Power:StopDelaySeconds", "0");
        laptop.Server.Services.GetRequiredService<Server.Return.BatteryStop>().Limit = TimeSpan.Zero;
        using var desktop = await GrantAsync(laptop);
        using var disk = laptop.Server.Connect(desktop.ExportName);
        Become(laptop, PowerState.Critical);
        await WaitForAsync(laptop, "desktop-stays");
        Assert.True(disk!.TryWrite(0, [1]));
        Assert.Equal(0, laptop.End.Count);
    }

    /// <summary>A disconnected desktop loses its disk after the limit, since an empty battery would end it less cleanly.</summary>
    [Fact]
    public async Task Critical_DesktopIsAwayBeyondTheLimit_SwitchesTheLaptopOffInGoodOrder()
    {
        await using var laptop = await StartAsync("--Power:StopAtCritical", "true", "--Power:StopDelaySeconds", "0");
        laptop.Server.Services.GetRequiredService<Server.Return.BatteryStop>().Limit = TimeSpan.Zero;
        using var desktop = await GrantAsync(laptop);
        laptop.Server.Connect(desktop.ExportName)!.Dispose();
        Become(laptop, PowerState.Critical);
        Assert.Equal(WayOut.PowerOff, await laptop.End.First.WaitAsync(TimeLimit.Seconds(20), Token));
    }

    /// <summary>Without the setting, which is the default, nothing is stopped.</summary>
    [Fact]
    public async Task Critical_NotConfigured_TellsTheDesktopAndStopsNothing()
    {
        await using var laptop = await StartAsync();
        using var desktop = await GrantAsync(laptop);
        Become(laptop, PowerState.Critical);
        Assert.Equal([NoticeKind.Information, NoticeKind.Warning], Kinds(laptop, desktop));
        Become(laptop, PowerState.OnAc);
        Assert.Equal([NoticeKind.Information, NoticeKind.Warning, NoticeKind.Information], Kinds(laptop, desktop));
        Assert.False(laptop.Server.Services.GetRequiredService<Server.Return.BatteryStop>().IsUnderWay);
    }

    /// <summary>A machine without batteries, whose power state is read only once.</summary>
    private async Task<Returning> StartAsync(params string[] more)
    {
        var supplies = Directory.CreateDirectory(_files.Path("supplies")).FullName;
        var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true, [.. more, "--Power:Supplies", supplies, "--Power:LookSeconds", "3600", "--Return:DelaySeconds", "0"]);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeLimit.Seconds(20));
        while (laptop.Server.Services.GetRequiredService<PowerFeed>().Latest.Reading.State != PowerState.OnAc)
        {
            await Task.Delay(20, limit.Token);
        }

        return laptop;
    }

    private async Task<Desktop> GrantAsync(Returning laptop)
    {
        var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        return desktop;
    }

    private static void Become(Returning laptop, PowerState state) =>
        laptop.Server.Services.GetRequiredService<PowerFeed>().Publish(new PowerReading(state, null, null, null, []));

    /// <summary>The notices that a desktop has got so far, of which the first is about mains.</summary>
    private List<NoticeKind> Kinds(Returning laptop, Desktop desktop)
    {
        var question = ++_question;
        var (kinds, previous) = (new List<NoticeKind>(), 1UL);
        foreach (var bytes in laptop.Server.AskNotices(desktop.ExportName, question, 1, SessionNotices.Prove(desktop.GoodbyeKey, desktop.Number, question, 1)))
        {
            var notice = SessionNotices.Open(desktop.GoodbyeKey, desktop.Number, question, previous, bytes)!;
            kinds.Add(notice.Kind);
            previous = notice.Number;
        }

        return kinds;
    }

    private static async Task WaitForAsync(Returning laptop, string stage)
    {
        var journal = laptop.Server.Services.GetRequiredService<EventJournal>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeLimit.Seconds(20));
        while (!journal.ReadAfter(0, EventJournal.MaxEvents, out _).Any(noted => noted.Event.Topic == EventTopics.Power && noted.Event.Stage == stage))
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
