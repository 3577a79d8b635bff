using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.BootFiles.Catalog;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Server.BootReading;
using Stiefel.Server.Grants;
using Stiefel.Server.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>A disk whose medium fails writes that its page cache accepted: acknowledged data is lost, and the desktop must hear of it, whatever happens in between.</summary>
public sealed class LostWriteTests : IAsyncLifetime
{
    private const int DiskSize = 8 << 20;

    private readonly ServerFiles _files = new();
    // The same machine in its next run, at a time when nothing more is heard from the earlier one.
    private static readonly BootReader s_startedAnew = new(IPAddress.Parse("192.0.2.1"), new string('f', 32), new(new string('a', 64), new string('2', 32), long.MaxValue));

    private readonly GrantRequest _desktop;
    private FullDisk? _disk;

    public LostWriteTests() => _desktop = new(new string('d', 32), "s-owner", IPAddress.Loopback, TakeOver: false, KeyId: KeyRing.IdOf(_files.Key), Identity: new(new string('a', 64), new string('1', 32), 0));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _disk = await FullDisk.MakeAsync(DiskSize);

    public ValueTask DisposeAsync()
    {
        _disk?.Dispose();
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Flush_BootFilesWereReadInBetween_StillFails()
    {
        await using var server = await StartAsync();
        var gate = GateOf(server);
        await GrantAsync(server, _desktop);
        await WriteAndLeaveAsync(server);

        await Assert.ThrowsAsync<BootCatalogException>(() => gate.ReadAsync(s_startedAnew, Token));

        using (var back = await ConnectAsync(server, _desktop))
        {
            Assert.NotEqual(0, back.FlushError());
            Assert.NotEqual(0, back.WriteError(0, [1]));
        }

        // Asking for the disk again does not clear the error; only a new session does.
        await GrantAsync(server, _desktop);
        using var again = await ConnectAsync(server, _desktop);
        Assert.NotEqual(0, again.FlushError());
        var other = _desktop with { Session = new string('e', 32), ExportName = "s-other", TakeOver = true };
        await GrantAsync(server, other);
        using var next = await ConnectAsync(server, other);
        Assert.Equal(0, next.FlushError());
    }

    [Fact]
    public async Task Flush_ThatFailedUnheard_FailsAfterBootFilesWereRead()
    {
        await using var server = await StartAsync();
        var gate = GateOf(server);
        await GrantAsync(server, _desktop);
        using (var disk = await ConnectAsync(server, _desktop))
        {
            disk.WriteUnflushed(0, Filled());
            Assert.NotEqual(0, disk.FlushError());
        }

        await WaitUntilNobodyIsConnectedAsync(server);
        await Assert.ThrowsAsync<BootCatalogException>(() => gate.ReadAsync(s_startedAnew, Token));
        using var back = await ConnectAsync(server, _desktop);
        Assert.NotEqual(0, back.FlushError());
    }

    [Fact]
    public async Task Flush_ServerWasStartedAgain_StillFails()
    {
        await using (var server = await StartAsync())
        {
            await GrantAsync(server, _desktop);
            await WriteAndLeaveAsync(server);
        }

        await using (var restarted = await StartAsync())
        {
            using var back = await ConnectAsync(restarted, _desktop);
            Assert.NotEqual(0, back.FlushError());
        }

        await using var third = await StartAsync();
        using var later = await ConnectAsync(third, _desktop);
        Assert.NotEqual(0, later.FlushError());
    }

    private async Task WriteAndLeaveAsync(RunningServer server)
    {
        using (var disk = await ConnectAsync(server, _desktop))
        {
            disk.WriteUnflushed(0, Filled());
        }

        await WaitUntilNobodyIsConnectedAsync(server);
    }

    // A child process that is just starting keeps this process's files open until it executes its program, so the disk may be in use for a moment.
    private static async Task GrantAsync(RunningServer server, GrantRequest request)
    {
        for (var tries = 500; ; tries--)
        {
            try
            {
                await GateOf(server).GrantAsync(request, Token);
                return;
            }
            catch (DiskInUseException) when (tries > 0)
            {
                await Task.Delay(20, Token);
            }
        }
    }

    private static async Task<NbdPeer> ConnectAsync(RunningServer server, GrantRequest desktop)
    {
        for (var tries = 0; tries < 500; tries++)
        {
            if (server.Connect(desktop.ExportName) is { } peer)
            {
                return peer;
            }

            await Task.Delay(20, Token);
        }

        throw new TimeoutException("the disk is not to be had");
    }

    private static async Task WaitUntilNobodyIsConnectedAsync(RunningServer server)
    {
        for (var i = 0; i < 1000 && server.NbdConnections.Count > 0; i++)
        {
            await Task.Delay(20, Token);
        }

        Assert.Empty(server.NbdConnections);
    }

    private static byte[] Filled() => [.. Enumerable.Repeat((byte)0x5a, DiskSize)];

    private static IDiskGate GateOf(RunningServer server) => server.Services.GetRequiredService<IDiskGate>();

    private Task<RunningServer> StartAsync() => RunningServer.StartOnDiskAsync(_files, _disk!.LoopPath);
}
