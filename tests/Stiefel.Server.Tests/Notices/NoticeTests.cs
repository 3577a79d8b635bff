using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Notices;
using Stiefel.Server.Notices;
using Stiefel.Server.Tests.Hosting;
using Stiefel.Server.Tests.Return;

namespace Stiefel.Server.Tests.Notices;

/// <summary>Notices that desktops get through the block server (docs/protocol.md#notices).</summary>
public sealed class NoticeTests : IDisposable
{
    private readonly ServerFiles _files = new();
    private ulong _number;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Ask_SomethingIsToldMeanwhile_IsAnsweredAtOnceAndOnce()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Power:Watch", "false");
        using var desktop = await GrantAsync(server);
        Notices(server).Tell(NoticeKind.Warning, "before it came");
        Notices(server).TellStanding(NoticeKind.Warning, "the laptop is on battery");
        var standing = Assert.Single(Ask(server, desktop, 0));
        Assert.Equal("the laptop is on battery", standing.Text);

        // The notice may come while the desktop waits or just before.
        var answer = Task.Run(() => Ask(server, desktop, standing.Number), Token);
        Notices(server).Tell(NoticeKind.Warning, "one");
        var first = await answer;
        Assert.Equal("one", Assert.Single(first).Text);
        Notices(server).Tell(NoticeKind.Information, "two");
        Notices(server).Tell(NoticeKind.Warning, "of another", new string('0', 32));
        Notices(server).Tell(NoticeKind.Information, "three", desktop.Id);
        var next = Ask(server, desktop, first[0].Number);
        Assert.Equal(["two", "three"], next.Select(notice => notice.Text));
    }

    [Fact]
    public async Task Ask_ForgedReplayedOldOrOfAStranger_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Power:Watch", "false");
        using var desktop = await GrantAsync(server);
        Notices(server).TellStanding(NoticeKind.Warning, "the laptop is on battery");
        var number = _number;
        Assert.Single(Ask(server, desktop, 0));
        var proof = SessionNotices.Prove(desktop.GoodbyeKey, desktop.Number, _number, 0);

        Assert.Contains("higher than all earlier ones", Refusal(() => server.AskNotices(desktop.ExportName, _number, 0, proof)), StringComparison.Ordinal);
        Assert.Contains("does not belong to that session", Refusal(() => server.AskNotices(desktop.ExportName, _number + 1, 0, proof)), StringComparison.Ordinal);
        Assert.Contains("does not belong to that session", Refusal(() => server.AskNotices(desktop.ExportName, _number, 1, proof)), StringComparison.Ordinal);
        Assert.Contains("does not belong to that session", Refusal(() => server.AskNotices(desktop.ExportName, _number + 1, 0, desktop.Prove(_number + 1))), StringComparison.Ordinal);
        Assert.True(Assert.Throws<NbdProtocolException>(() => server.AskNotices("s-stranger", _number + 1, 0, proof)).IsUnknownExport);
        Assert.True(_number > number);

        // The proof of a goodbye is not valid for a request for notices, and vice versa.
        Assert.Throws<NbdProtocolException>(() => server.SayGoodbye(desktop.ExportName, _number + 2, SessionNotices.Prove(desktop.GoodbyeKey, desktop.Number, _number + 2, 0)));
    }

    [Fact]
    public async Task Ask_OfAServerThatWasStartedAgain_GoesOnAboveWhatIsKnown()
    {
        Desktop desktop;
        ulong last;
        await using (var first = await RunningServer.StartAsync(_files, "--Power:Watch", "false"))
        {
            desktop = await GrantAsync(first);
            Notices(first).TellStanding(NoticeKind.Warning, "one");
            last = Assert.Single(Ask(first, desktop, 0)).Number;
        }

        using (desktop)
        {
            await using var second = await RunningServer.StartAsync(_files, "--Power:Watch", "false");
            Notices(second).Tell(NoticeKind.Warning, "two");
            var next = Assert.Single(Ask(second, desktop, last));
            Assert.Equal("two", next.Text);
            Assert.True(next.Number > last);
        }
    }

    /// <summary>A desktop receives the warning before its access to the disk is closed, because the takeover waits for that.</summary>
    [Fact]
    public async Task TakeOver_OfADesktopThatReads_IsToldToItFirst()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Power:Watch", "false");
        using var first = await GrantAsync(server);
        Notices(server).TellStanding(NoticeKind.Warning, "the laptop is on battery");
        var seen = Ask(server, first, 0)[0].Number;
        var reads = new TaskCompletionSource<Notice>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                reads.SetResult(Ask(server, first, seen)[0]);
                _ = Ask(server, first, reads.Task.Result.Number);
            }
            catch (Exception e) when (e is NbdProtocolException or SocketException)
            {
                // Another desktop has the disk by now, or the server has ended.
            }
        }) { IsBackground = true }.Start();

        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
        await second.RequestDiskAsync(takeOver: true);

        var told = await reads.Task.WaitAsync(TimeLimit.Seconds(20), Token);
        Assert.Equal(NoticeKind.Warning, told.Kind);
        Assert.Contains("taking this disk over", told.Text, StringComparison.Ordinal);
        Assert.True(server.IsUnknown(first.ExportName));
        using var disk = server.Connect(second.ExportName);
        Assert.True(disk!.TryWrite(0, [1]));
    }

    [Fact]
    public async Task Force_WhileADesktopReads_IsToldToIt()
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true, "--Power:Watch", "false");
        using var desktop = await GrantAsync(laptop.Server);
        using var http = laptop.Server.AdminClient(_files.Key);
        (await http.PostAsync("/api/v1/shutdown?force=true", null, Token)).EnsureSuccessStatusCode().Dispose();
        Notices(laptop.Server).Tell(NoticeKind.Information, "after it");
        var told = Ask(laptop.Server, desktop, 1);
        Assert.Contains("the laptop leaves (power-off)", told[0].Text, StringComparison.Ordinal);
        Assert.Equal("after it", told[1].Text);
    }

    private static DesktopNotices Notices(RunningServer server) => server.Services.GetRequiredService<DesktopNotices>();

    private async Task<Desktop> GrantAsync(RunningServer server)
    {
        var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        return desktop;
    }

    private List<Notice> Ask(RunningServer server, Desktop desktop, ulong after)
    {
        var number = Interlocked.Increment(ref _number);
        var (notices, previous) = (new List<Notice>(), after);
        foreach (var bytes in server.AskNotices(desktop.ExportName, number, after, SessionNotices.Prove(desktop.GoodbyeKey, desktop.Number, number, after)))
        {
            var notice = SessionNotices.Open(desktop.GoodbyeKey, desktop.Number, number, previous, bytes);
            Assert.NotNull(notice);
            notices.Add(notice);
            previous = notice.Number;
        }

        return notices;
    }

    private static string Refusal(Action ask) => Assert.Throws<NbdProtocolException>(ask).Message;
}
