using Microsoft.Extensions.DependencyInjection;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Ending;
using Stiefel.Server.Grants;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>Which goodbyes are a clean end and which are not (docs/protocol.md#goodbye).</summary>
public sealed class GoodbyeTests : IAsyncDisposable
{
    private static readonly byte[] s_data = [.. Enumerable.Repeat((byte)7, 512)];

    private readonly ServerFiles _files = new();
    private RunningServer? _server;
    private Desktop? _desktop;

    private RunningServer Server => _server!;

    private Desktop First => _desktop!;

    private CleanEnds Ends => Server.Services.GetRequiredService<CleanEnds>();

    private DiskState State => Server.Services.GetRequiredService<IDiskGate>().State;

    public async ValueTask DisposeAsync()
    {
        _desktop?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _files.Dispose();
    }

    [Fact]
    public async Task Goodbye_OfItsOwn_FreesTheDiskForAnybodyUnasked()
    {
        await GrantAsync();
        var told = NextEnd();
        using (var disk = Server.Connect(First.ExportName, 5)!)
        {
            disk.WriteUnflushed(0, s_data);
        }

        First.EndCleanly(Server, 6);

        var end = await told;
        Assert.Equal((First.Id, false), (end.Session, end.WasGuest));
        Assert.Equal(end, Ends.Last);
        Assert.Equal(DiskState.Idle, State);
        Assert.True(Server.IsUnknown(First.ExportName));
        Assert.Equal(s_data, _files.ReadDisk(0, 512));
        using var second = await Desktop.ShakeHandsAsync(Server, _files.Key);
        await second.RequestDiskAsync();
        using var next = Server.Connect(second.ExportName);
        Assert.True(next!.TryWrite(0, s_data));
        Assert.True(Assert.Throws<NbdProtocolException>(() => Server.SayGoodbye(First.ExportName, 99, First.Prove(99))).IsUnknownExport);
    }

    [Fact]
    public async Task Goodbye_WhoseAnswerGotLost_IsAnsweredAgainUnderANewNumberAlsoByTheNextServer()
    {
        await GrantAsync();
        First.EndCleanly(Server, 5);
        Assert.True(IsHeard(7));
        await Server.DisposeAsync();

        _server = await RunningServer.StartAsync(_files);

        Assert.True(IsHeard(8));
        Assert.Equal(First.Id, Ends.Last?.Session);
        Assert.Equal(DiskState.Idle, State);
        Assert.True(Server.IsUnknown(First.ExportName));
        Assert.NotNull(Refusal(() => Server.SayGoodbye(First.ExportName, 8, First.Prove(8))));
    }

    [Fact]
    public async Task Disconnect_Alone_IsNoGoodbye()
    {
        await GrantAsync();
        using (var disk = Server.Connect(First.ExportName, 5)!)
        {
            Assert.Equal(0, disk.FlushError());
            disk.Leave();
        }

        await AssertNotFreeAsync();
    }

    [Fact]
    public async Task Goodbye_WhileAConnectionIsOpen_IsNone()
    {
        await GrantAsync();
        using var disk = Server.Connect(First.ExportName, 5)!;
        Assert.Equal(0, disk.FlushError());

        Assert.Contains("connections open", Refusal(() => Say(6)), StringComparison.Ordinal);

        Assert.True(disk.TryWrite(0, s_data));
        await AssertNotFreeAsync();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Goodbye_LastCommandWasNoFlush_IsNone(bool writes, bool flushesBefore)
    {
        await GrantAsync();
        using (var disk = Server.Connect(First.ExportName, 5)!)
        {
            Assert.Equal(0, flushesBefore ? disk.FlushError() : 0);
            if (writes)
            {
                disk.WriteUnflushed(0, s_data);
            }

            disk.Leave();
        }

        Assert.Contains("did not flush", Refusal(() => Say(6)), StringComparison.Ordinal);

        await AssertNotFreeAsync();
        First.EndCleanly(Server, 7);
        Assert.Equal(DiskState.Idle, State);
    }

    [Fact]
    public async Task Goodbye_WrittenThroughLast_IsOne()
    {
        await GrantAsync();
        using (var disk = Server.Connect(First.ExportName, 5)!)
        {
            Assert.True(disk.TryWrite(0, s_data));
            disk.Leave();
        }

        Assert.True(IsHeard(6));
    }

    [Fact]
    public async Task Goodbye_ForgedReflectedReplayedOrOfAnotherSession_IsNone()
    {
        await GrantAsync();
        using var other = await Desktop.ShakeHandsAsync(Server, _files.Key);
        FlushAndLeave(5);
        for (var bit = 0; bit < 8 * SessionGoodbye.ProofSize; bit += 7)
        {
            var forged = First.Prove(6);
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotNull(Refusal(() => Server.SayGoodbye(First.ExportName, 6, forged)));
        }

        Assert.NotNull(Refusal(() => Server.SayGoodbye(First.ExportName, 7, First.Prove(6))));
        Assert.NotNull(Refusal(() => Server.SayGoodbye(First.ExportName, 6, other.Prove(6))));
        Assert.NotNull(Refusal(() => Server.SayGoodbye(First.ExportName, 6, SessionGoodbye.Confirm(First.GoodbyeKey, First.Number, 6))));
        Assert.True(Assert.Throws<NbdProtocolException>(() => Server.SayGoodbye(other.ExportName, 6, other.Prove(6))).IsUnknownExport);
        await AssertNotFreeAsync();

        // None of these refused goodbyes has used up its number.
        Assert.True(IsHeard(6));
    }

    [Fact]
    public async Task Goodbye_HeldBackUntilItsDesktopHadGoneOn_IsNone()
    {
        await GrantAsync();
        FlushAndLeave(5);
        var heldBack = First.Prove(6);
        FlushAndLeave(7);

        Assert.Contains("higher", Refusal(() => Server.SayGoodbye(First.ExportName, 6, heldBack)), StringComparison.Ordinal);
        await AssertNotFreeAsync();
    }

    [Fact]
    public async Task Goodbye_RefusedOnce_IsRefusedWhenItIsSentAgain()
    {
        await GrantAsync();
        using (var disk = Server.Connect(First.ExportName, 5)!)
        {
            Assert.Equal(0, disk.FlushError());
            Assert.NotNull(Refusal(() => Say(6)));
            disk.Leave();
        }

        Assert.Contains("higher", Refusal(() => Say(6)), StringComparison.Ordinal);
        Assert.True(IsHeard(7));
    }

    [Fact]
    public async Task Goodbye_ThenTheSameSessionAsksForTheDisk_IsRefused()
    {
        await GrantAsync();
        First.EndCleanly(Server, 5);
        Assert.Contains("begin a new one", (await First.RefusalOfDiskAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goodbye_CannotBeRecorded_IsNoneAndTheDiskIsItsDesktopsAsBefore()
    {
        await GrantAsync();
        FlushAndLeave(5);
        var file = _files.GrantFile;
        File.Delete(file);
        Directory.CreateDirectory(file);

        Assert.Contains("recorded", Refusal(() => Say(6)), StringComparison.Ordinal);

        Assert.Null(Ends.Last);
        Directory.Delete(file);
        using (var disk = Server.Connect(First.ExportName, 7))
        {
            Assert.True(disk!.TryWrite(0, s_data));
        }

        First.EndCleanly(Server, 8);
        Assert.Equal(DiskState.Idle, State);
    }

    [Fact]
    public async Task Goodbye_OfAGuest_EndsItsSnapshot()
    {
        await GrantAsync("--Disk:Snapshot", "memory");
        using var other = await Desktop.ShakeHandsAsync(Server, _files.Key);
        await other.RequestDiskAsync();
        using (var disk = Server.Connect(First.ExportName, 5)!)
        {
            disk.WriteUnflushed(0, s_data);
        }

        var told = NextEnd();
        Assert.NotNull(Refusal(() => Say(6)));
        First.EndCleanly(Server, 7);

        Assert.True((await told).WasGuest);
        Assert.True(IsHeard(9));
        Assert.True(Server.IsUnknown(First.ExportName));
        using var goesOn = Server.Connect(other.ExportName);
        Assert.True(goesOn!.TryWrite(0, s_data));
    }

    // The server records the end only after its reply was sent, so wait for it.
    private async Task<CleanEnd> NextEnd()
    {
        var before = Ends.Last;
        for (var limit = TimeLimit.Seconds(20) + TimeProvider.System.GetElapsedTime(0); ReferenceEquals(Ends.Last, before);)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(0) < limit, "no clean end was recorded");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        return Ends.Last!;
    }

    private async Task GrantAsync(params string[] more)
    {
        _server = await RunningServer.StartAsync(_files, more);
        _desktop = await Desktop.ShakeHandsAsync(_server, _files.Key);
        await _desktop.RequestDiskAsync();
    }

    private void FlushAndLeave(ulong generation)
    {
        using var disk = Server.Connect(First.ExportName, generation)!;
        Assert.Equal(0, disk.FlushError());
        disk.Leave();
    }

    private byte[] Say(ulong number) => Server.SayGoodbye(First.ExportName, number, First.Prove(number));

    private bool IsHeard(ulong number) => SessionGoodbye.IsConfirmation(Say(number), First.GoodbyeKey, First.Number, number);

    private static string? Refusal(Action say) => Assert.Throws<NbdProtocolException>(say) is { IsUnknownExport: false } refused ? refused.Message : null;

    private async Task AssertNotFreeAsync()
    {
        Assert.Null(Ends.Last);
        using var second = await Desktop.ShakeHandsAsync(Server, _files.Key);
        Assert.Equal(RefusalCodes.DiskInUse, (await second.RefusalOfDiskAsync()).Code);
    }
}
