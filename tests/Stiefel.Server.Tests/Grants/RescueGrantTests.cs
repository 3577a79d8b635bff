using System.Text.Json;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Boot;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>The disk for a running system: read-only, or as a guest, without anything to boot.</summary>
public sealed class RescueGrantTests : IDisposable
{
    // NBD_EPERM.
    private const int NotPermitted = 1;

    private static readonly byte[] s_data = [.. Enumerable.Repeat((byte)7, 4096)];

    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Export_AskedForReadOnly_RefusesEveryWriteAndLeavesTheDiskAsItIs()
    {
        var before = await File.ReadAllBytesAsync(_files.Disk, TestContext.Current.CancellationToken);
        await using (var server = await RunningServer.StartAsync(_files))
        {
            using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key, forDisk: true);
            Assert.True((await desktop.RequestDiskAsync(new ExportRequest(false, ReadOnly: true))).ReadOnly);

            using (var disk = server.Connect(desktop.ExportName, 1)!)
            {
                Assert.True(disk.Info.Flags.HasFlag(TransmissionFlags.ReadOnly));
                Assert.Equal(NotPermitted, disk.WriteError(0, s_data));
                Assert.Equal(before[..4096], disk.Read(0, 4096));
            }

            desktop.EndCleanly(server, 2);
            using var next = await Desktop.ShakeHandsAsync(server, _files.Key);
            Assert.False((await next.RequestDiskAsync()).ReadOnly);
            using var writable = server.Connect(next.ExportName);
            Assert.True(writable!.TryWrite(0, before[..4096]));
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(_files.Disk, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Export_AskedForReadOnlyWhileAnotherDesktopRuns_IsRefusedAndThatOneGoesOn()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.RequestDiskAsync();
        using var disk = server.Connect(first.ExportName)!;
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key, forDisk: true);

        foreach (var request in (ExportRequest[])[new(false, ReadOnly: true), new(false, Guest: true)])
        {
            var refusal = await Assert.ThrowsAsync<RefusalException>(() => second.RequestDiskAsync(request));
            Assert.Equal(RefusalCodes.DiskInUse, refusal.Refusal.Code);
        }

        Assert.True(disk.TryWrite(0, s_data));
        Assert.Equal(s_data, _files.ReadDisk(0, s_data.Length));
    }

    [Fact]
    public async Task Export_AskedForAsAGuest_KeepsItsWritesOffTheDisk()
    {
        var before = _files.ReadDisk(0, s_data.Length);
        await using var server = await RunningServer.StartAsync(_files);
        using var guest = await Desktop.ShakeHandsAsync(server, _files.Key, forDisk: true);
        var grant = await guest.RequestDiskAsync(new ExportRequest(false, Guest: true));
        Assert.Equal((true, false), (grant.Guest, grant.ReadOnly));

        using (var disk = server.Connect(guest.ExportName, 1)!)
        {
            Assert.True(disk.TryWrite(0, s_data));
            Assert.Equal(s_data, disk.Read(0, s_data.Length));
        }

        guest.EndCleanly(server, 2);
        using var next = await Desktop.ShakeHandsAsync(server, _files.Key);
        await next.RequestDiskAsync();
        using var writable = server.Connect(next.ExportName)!;
        Assert.Equal(before, writable.Read(0, s_data.Length));
        Assert.Equal(before, _files.ReadDisk(0, s_data.Length));
    }

    /// <summary>What a guest has seen is gone with its snapshot; it must not go on upon the disk as it was before.</summary>
    [Fact]
    public async Task Export_OfAGuest_IsUnknownOnceItsDiskWasClosed()
    {
        using var desktop = await GuestOfServerThatEndsAsync();
        await using var server = await RunningServer.StartAsync(_files);
        Assert.True(server.IsUnknown(desktop.ExportName));
    }

    [Fact]
    public async Task Handshake_ForTheDiskOfALaptopThatCannotBoot_GivesIt()
    {
        File.Delete(_files.Kernel);
        await using var server = await RunningServer.StartAsync(_files);
        await Assert.ThrowsAsync<RefusalException>(() => Desktop.ShakeHandsAsync(server, _files.Key));

        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key, forDisk: true);
        Assert.Equal(0, desktop.Manifest.Kernel.Size);
        Assert.True(desktop.Manifest.TakesMachine);
        Assert.Equal(ServerFiles.DiskSize, (await desktop.RequestDiskAsync(new ExportRequest(false, ReadOnly: true))).SizeBytes);
    }

    [Fact]
    public async Task Kernel_AskedForBySessionOfTheDiskAlone_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key, forDisk: true);
        Assert.Equal(RefusalCodes.Failed, (await desktop.RefusalOfAsync("/v1/kernel", [])).Code);
    }

    /// <summary>Programs of before neither send nor read what is new.</summary>
    [Fact]
    public void ExportRequest_ForTheDiskItself_IsWrittenAsBefore()
    {
        Assert.Equal("""{"takeOver":false}""", JsonSerializer.Serialize(new ExportRequest(false), ProtocolJson.Default.ExportRequest));
        Assert.Equal("""{"takeOver":false,"readOnly":true}""", JsonSerializer.Serialize(new ExportRequest(false, ReadOnly: true), ProtocolJson.Default.ExportRequest));
        Assert.Equal(new ExportRequest(true), JsonSerializer.Deserialize("""{"takeOver":true}""", ProtocolJson.Default.ExportRequest));
    }

    private async Task<Desktop> GuestOfServerThatEndsAsync()
    {
        await using var server = await RunningServer.StartAsync(_files);
        var desktop = await Desktop.ShakeHandsAsync(server, _files.Key, forDisk: true);
        await desktop.RequestDiskAsync(new ExportRequest(false, Guest: true));
        return desktop;
    }
}
