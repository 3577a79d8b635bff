using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Server.Boot;
using Stiefel.Server.Boot.Catalog;
using Stiefel.Server.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Boot;

/// <summary>A disk whose medium takes less than its page cache: what was acknowledged is lost, and its desktop must hear of it, whatever happened in between.</summary>
public sealed class LostWriteTests : IAsyncLifetime
{
    private const int DiskSize = 8 << 20;

    private readonly ServerFiles _files = new();
    private readonly GrantRequest _desktop;
    private FullDisk? _disk;

    public LostWriteTests() => _desktop = new(new string('d', 32), "s-owner", IPAddress.Loopback, TakeOver: false, KeyId: KeyRing.IdOf(_files.Key));

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
        await gate.GrantAsync(_desktop, Token);
        await WriteAndLeaveAsync(server);

        await Assert.ThrowsAsync<BootCatalogException>(() => gate.ReadAsync(IPAddress.Parse("192.0.2.1"), Token));

        using (var back = server.Connect(_desktop.ExportName)!)
        {
            Assert.NotEqual(0, back.FlushError());
            Assert.NotEqual(0, back.WriteError(0, [1]));
        }

        // Nor does it help to ask for the disk again; only another session begins anew.
        await gate.GrantAsync(_desktop, Token);
        using var again = server.Connect(_desktop.ExportName)!;
        Assert.NotEqual(0, again.FlushError());
        var other = _desktop with { Session = new string('e', 32), ExportName = "s-other", TakeOver = true };
        await gate.GrantAsync(other, Token);
        using var next = server.Connect(other.ExportName)!;
        Assert.Equal(0, next.FlushError());
    }

    [Fact]
    public async Task Flush_ThatFailedUnheard_FailsAfterBootFilesWereRead()
    {
        await using var server = await StartAsync();
        var gate = GateOf(server);
        await gate.GrantAsync(_desktop, Token);
        using (var disk = server.Connect(_desktop.ExportName)!)
        {
            disk.WriteUnflushed(0, Filled());
            Assert.NotEqual(0, disk.FlushError());
        }

        await WaitUntilNobodyIsConnectedAsync(server);
        await Assert.ThrowsAsync<BootCatalogException>(() => gate.ReadAsync(IPAddress.Parse("192.0.2.1"), Token));
        using var back = server.Connect(_desktop.ExportName)!;
        Assert.NotEqual(0, back.FlushError());
    }

    [Fact]
    public async Task Flush_ServerWasStartedAgain_StillFails()
    {
        await using (var server = await StartAsync())
        {
            await GateOf(server).GrantAsync(_desktop, Token);
            await WriteAndLeaveAsync(server);
        }

        await using (var restarted = await StartAsync())
        {
            using var back = restarted.Connect(_desktop.ExportName)!;
            Assert.NotEqual(0, back.FlushError());
        }

        await using var third = await StartAsync();
        using var later = third.Connect(_desktop.ExportName)!;
        Assert.NotEqual(0, later.FlushError());
    }

    private async Task WriteAndLeaveAsync(RunningServer server)
    {
        using (var disk = server.Connect(_desktop.ExportName)!)
        {
            disk.WriteUnflushed(0, Filled());
        }

        await WaitUntilNobodyIsConnectedAsync(server);
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

    private static DiskGate GateOf(RunningServer server) => server.Services.GetRequiredService<DiskGate>();

    private Task<RunningServer> StartAsync() => RunningServer.StartOnDiskAsync(_files, _disk!.LoopPath);
}
