using System.Net;
using System.Text.Json;
using Stiefel.Linux.Firmware;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Return;

/// <summary>When a laptop leaves its ramdisk and when it stays.</summary>
public sealed class ReturnTests : IDisposable
{
    private static readonly string[] s_atOnce = ["--Return:DelaySeconds", "0"];

    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("restart", WayOut.Restart)]
    [InlineData("poweroff", WayOut.PowerOff)]
    public async Task CleanEnd_OfTheDesktop_LeavesAsConfigured(string setting, WayOut expected)
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: false, [.. s_atOnce, "--Return:OnCleanEnd", setting]);
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        Assert.Null(laptop.Watch.Plan());

        desktop.EndCleanly(laptop.Server, 1);

        Assert.Equal(expected, await laptop.End.First.WaitAsync(TimeLimit.Seconds(20), Token));
        Assert.Equal(expected == WayOut.Restart ? 1 : 0, new ReturnMarks(new EfiVariables(_files.Path("efivars"))).Count);
        // The disk is no longer granted to any desktop.
        using var late = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        Assert.Contains("leaving the ramdisk", (await late.RefusalOfDiskAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CleanEnd_WhereTheLaptopWaits_LeavesItThere()
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true, [.. s_atOnce, "--Return:OnCleanEnd", "wait"]);
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        desktop.EndCleanly(laptop.Server, 1);
        Assert.Null(laptop.Watch.Plan());
    }

    /// <summary>The laptop waits for any length of time; no timer applies.</summary>
    [Fact]
    public async Task Desktop_AwayWithoutAGoodbye_KeepsItsLaptop()
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true, [.. s_atOnce, "--Return:IdleMinutes", "1", "--Link:DeadConnectionSeconds", "1"]);
        Assert.NotNull(laptop.Watch.Plan());
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        laptop.Server.Connect(desktop.ExportName)!.Dispose();
        Assert.Null(laptop.Watch.Plan());
        using var http = laptop.Server.AdminClient(_files.Key);
        foreach (var path in new[] { "return", "reboot", "shutdown" })
        {
            using var answer = await http.PostAsync($"/api/v1/{path}", null, Token);
            Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
            Assert.Equal("tag:stiefel,2026:disk-in-use", problem.RootElement.GetProperty("type").GetString());
            Assert.Contains($"the key stick at 127.0.0.1 has the disk", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(0, laptop.End.Count);
        // The disk can still be granted.
        Assert.True(laptop.Server.Connect(desktop.ExportName)!.TryWrite(0, [1]));
    }

    [Fact]
    public async Task Desktop_WhoseSessionWasEnded_IsNoReasonToLeaveByItself()
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true, [.. s_atOnce, "--Return:IdleMinutes", "1"]);
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        using var http = laptop.Server.AdminClient(_files.Key);
        (await http.DeleteAsync($"/api/v1/sessions/{desktop.Id}", Token)).EnsureSuccessStatusCode().Dispose();
        Assert.Null(laptop.Watch.Plan());
        (await http.PostAsync("/api/v1/return", null, Token)).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(WayOut.Restart, await laptop.End.First);
    }

    [Fact]
    public async Task Idle_NobodyCame_CountsFromTheStartAndFromHandshakes()
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true, "--Return:IdleMinutes", "5", "--Return:OnCleanEnd", "wait");
        var first = laptop.Watch.Plan()!;
        Assert.Equal(WayOut.Restart, first.Way);
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.AskAsync("/v1/kernel", []);
        Assert.True(laptop.Watch.Plan()!.At > first.At);
    }

    [Fact]
    public async Task Wish_Repeated_IsAnsweredAlikeAndAnotherIsRefused()
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true);
        using var http = laptop.Server.AdminClient(_files.Key);
        var first = await PostAsync(http, "return", HttpStatusCode.Accepted);
        Assert.Equal(first, await PostAsync(http, "return", HttpStatusCode.Accepted));
        Assert.Equal(LeaveWords.Restart, ControlDocuments.ReadLeaving(first).Action);
        Assert.Contains("leaving-otherwise", await PostAsync(http, "shutdown", HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal(1, laptop.End.Count);
        var status = ControlDocuments.ReadStatus(await http.GetStringAsync("/api/v1/status", Token));
        Assert.Equal("its owner asked for it", status.Return!.Leaving!.Because);
    }

    [Fact]
    public async Task Force_WhileADesktopHasTheDisk_LeavesAndTellsNobodyElse()
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true);
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        using var http = laptop.Server.AdminClient(_files.Key);
        await PostAsync(http, "shutdown?force=true", HttpStatusCode.Accepted);
        Assert.Equal(WayOut.PowerOff, await laptop.End.First);
    }

    [Fact]
    public async Task Server_BesideAnotherSystem_RestartsNothing()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        Assert.Contains("not-managed", await PostAsync(http, "shutdown?force=true", HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Null(ControlDocuments.ReadStatus(await http.GetStringAsync("/api/v1/status", Token)).Return);
    }

    [Fact]
    public async Task Client_OfAnOpenExport_KeepsItTheSameWay()
    {
        await using var laptop = await Returning.StartOpenAsync(_files);
        using var disk = laptop.Server.Connect("x");
        using var http = laptop.Server.AdminClient(_files.Key);
        Assert.Contains("disk-in-use", await PostAsync(http, "shutdown", HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.True(disk!.TryWrite(0, [1]));
        await PostAsync(http, "shutdown?force=true", HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData(3, "3 returns in a row")]
    [InlineData(null, "a boot loader started this ramdisk")]
    public async Task Returns_ThatFailed_EndInWaitingWithAMessage(int? marks, string message)
    {
        await using var laptop = await Returning.StartAsync(_files, marks, ownSystemRan: false, s_atOnce);
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        desktop.EndCleanly(laptop.Server, 1);
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(20));
        while (!laptop.Server.Log.With("this laptop stays").Any())
        {
            await Task.Delay(20, limit.Token);
        }

        Assert.Contains(message, laptop.Server.Log.With("this laptop stays").First(), StringComparison.Ordinal);
        Assert.Equal(0, laptop.End.Count);
        using var http = laptop.Server.AdminClient(_files.Key);
        Assert.Contains(message, ControlDocuments.ReadStatus(await http.GetStringAsync("/api/v1/status", Token)).Return!.Held, StringComparison.Ordinal);
        // A request by a person is allowed, because it cannot loop.
        await PostAsync(http, "return", HttpStatusCode.Accepted);
        Assert.Single(laptop.Server.Log.With("this laptop stays"));
    }

    /// <summary>A BIOS allows one return; and if the own system did not remove the marks, starting the ramdisk from it does not count as success.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task Return_OfARamdiskThatTheOwnSystemStarted_Happens(int? marks)
    {
        await using var laptop = await Returning.StartAsync(_files, marks, ownSystemRan: true, s_atOnce);
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        desktop.EndCleanly(laptop.Server, 1);
        Assert.Equal(WayOut.Restart, await laptop.End.First.WaitAsync(TimeLimit.Seconds(20), Token));
    }

    [Fact]
    public async Task Kexec_OfAKernelThatIsNone_FallsBackToTheFirmware()
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true, "--Return:OnCleanEnd", "kexec");
        using var http = laptop.Server.AdminClient(_files.Key);
        await PostAsync(http, "return", HttpStatusCode.Accepted);
        Assert.Single(laptop.Server.Log.With("could not be loaded"));
        await PostAsync(http, "return", HttpStatusCode.Accepted);
        Assert.Equal(WayOut.Restart, await laptop.End.First);
    }

    private static async Task<string> PostAsync(HttpClient http, string path, HttpStatusCode expected)
    {
        using var answer = await http.PostAsync($"/api/v1/{path}", null, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(expected == answer.StatusCode, $"{answer.StatusCode}: {text}");
        return text;
    }
}
