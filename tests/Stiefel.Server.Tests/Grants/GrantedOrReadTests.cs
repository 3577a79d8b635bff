using System.Text.Json;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.BootFiles.Tests.Catalog;
using Stiefel.BootFiles.Tests.Disk;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Control;
using Stiefel.Server.BootReading;
using Stiefel.Server.Grants;
using Stiefel.Server.Offers;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>Boot files on the very disk that is served, a real block device with a real file system: the disk is read or granted, never both.</summary>
public sealed class GrantedOrReadTests : IDisposable
{
    // More than all buffers between server and client hold, so that a download that is not read stays unfinished.
    private const int InitrdSize = 24 << 20;

    private readonly ServerFiles _files = new();
    private readonly LaptopDisk _disk = new(("ext4", 40));
    private readonly byte[] _initrd = RandomNumberGenerator.GetBytes(InitrdSize);

    public GrantedOrReadTests() => _disk.Fill(1, directory =>
    {
        Directory.CreateDirectory(Path.Combine(directory, "loader/entries"));
        File.WriteAllText(Path.Combine(directory, "loader/entries/a.conf"), "title Laptop\nlinux /vmlinuz\ninitrd /initrd\noptions root=/dev/sda1 ro\n");
        File.WriteAllBytes(Path.Combine(directory, "vmlinuz"), BootFixture.KernelBytes("6.1.0-18-amd64"));
        File.WriteAllBytes(Path.Combine(directory, "initrd"), _initrd);
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Mounts => MountTable.Under(_files.State).Count;

    public void Dispose()
    {
        _disk.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Grant_BootFilesWereRead_ClosesThemFirst()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal("6.1.0-18-amd64", desktop.Manifest.KernelRelease);
        Assert.Equal(_initrd, await desktop.AskAsync("/v1/initrd", []));
        Assert.NotEqual(0, Mounts);
        Assert.Equal(DiskState.ReadForBoot, StateOf(server));

        await desktop.RequestDiskAsync();

        Assert.Equal(0, Mounts);
        Assert.Equal(DiskState.Granted, StateOf(server));
        Assert.False(Mount.IsDeviceFree(_disk.Path));
        Assert.NotNull(server.Connect(desktop.ExportName));
    }

    [Fact]
    public async Task Read_AnotherDesktopIsConnected_IsRefused()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path);
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.RequestDiskAsync();
        using var disk = server.Connect(first.ExportName);
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);

        Assert.Equal(RefusalCodes.DiskInUse, (await second.RefusalOfAsync("/v1/kernel", [])).Code);
        Assert.Equal(RefusalCodes.DiskInUse, (await second.RefusalOfAsync("/v1/initrd", [])).Code);
        Assert.True(disk!.TryWrite(0, new byte[512]));
        Assert.Equal(0, Mounts);
    }

    [Fact]
    public async Task Snapshots_AreReadForBootAndGrantedAtOnceAndNeverWritten()
    {
        var before = SHA256.HashData(await File.ReadAllBytesAsync(_disk.Path, Token));
        await using (var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path, "--Disk:Snapshot", "memory"))
        {
            using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
            Assert.Equal(_initrd, await first.AskAsync("/v1/initrd", []));
            await first.RequestDiskAsync();
            using var one = server.Connect(first.ExportName)!;
            Assert.True(one.TryWrite(1 << 20, [.. Enumerable.Repeat((byte)1, 4096)]));

            using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
            Assert.Equal(_initrd, await second.AskAsync("/v1/initrd", []));
            await second.RequestDiskAsync();
            using var two = server.Connect(second.ExportName)!;
            Assert.True(two.TryWrite(1 << 20, [.. Enumerable.Repeat((byte)2, 4096)]));

            Assert.All(one.Read(1 << 20, 4096), b => Assert.Equal(1, b));
            Assert.All(two.Read(1 << 20, 4096), b => Assert.Equal(2, b));
        }

        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(_disk.Path, Token)));
    }

    [Fact]
    public async Task Read_AfterTakingOver_WorksAndOwnersKeepTheirGrant()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path);
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.RequestDiskAsync();
        using var disk = server.Connect(first.ExportName);
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);

        await second.RequestDiskAsync(takeOver: true);
        await second.AskAsync("/v1/kernel", []);
        Assert.Equal(DiskState.ReadForBoot, StateOf(server));
        await second.RequestDiskAsync();
        Assert.NotNull(server.Connect(second.ExportName));
    }

    [Fact]
    public async Task Owner_ComesBackWhileBootFilesAreRead_EndsTheReading()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path);
        using var owner = await Desktop.ShakeHandsAsync(server, _files.Key);
        await owner.TellMachineAsync('a', '1');
        await owner.RequestDiskAsync();
        using var other = await Desktop.ShakeHandsAsync(server, _files.Key);
        await other.TellMachineAsync('a', '2');
        await other.AskAsync("/v1/kernel", []);
        using var http = new HttpClient { BaseAddress = server.Boot };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/initrd") { Content = new ByteArrayContent(other.Seal("/v1/initrd", [])) };
        using var unread = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.True(unread.IsSuccessStatusCode);

        using var disk = server.Connect(owner.ExportName);

        Assert.Equal(DiskState.Granted, StateOf(server));
        Assert.Equal(0, Mounts);
        Assert.True(disk!.TryWrite(0, new byte[512]));
        await Assert.ThrowsAnyAsync<Exception>(() => unread.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(RefusalCodes.DiskInUse, (await other.RefusalOfAsync("/v1/initrd", [])).Code);
    }

    [Fact]
    public async Task Hello_OwnerIsAway_OpensNothingUntilItIsConfirmed()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path);
        var offers = server.Services.GetRequiredService<BootOffers>();
        using var owner = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.NotNull(offers.Fresh);
        await owner.TellMachineAsync('a', '1');
        await owner.RequestDiskAsync();

        using var other = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal(owner.Manifest.Initrd, other.Manifest.Initrd);
        Assert.Equal(DiskState.Granted, StateOf(server));
        Assert.Equal(0, Mounts);

        Assert.Equal(RefusalCodes.DiskInUse, (await other.RefusalOfAsync("/v1/kernel", [])).Code);
        await other.TellMachineAsync('a', '2');
        await other.AskAsync("/v1/kernel", []);
        Assert.Equal(DiskState.ReadForBoot, StateOf(server));
        Assert.Null(offers.Fresh);
        using var third = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.NotNull(offers.Fresh);
    }

    [Fact]
    public async Task Hello_AfterARestartWithAGrant_IsOfferedWhatWasOfferedBefore()
    {
        BootManifest before;
        string owners;
        Desktop owner;
        await using (var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path))
        {
            owner = await Desktop.ShakeHandsAsync(server, _files.Key);
            before = owner.Manifest;
            owners = (await owner.RequestDiskAsync()).Name;
        }

        await using var restarted = await RunningServer.StartOnDiskAsync(_files, _disk.Path);
        using var disk = restarted.Connect(owners);
        using var _ = owner;
        using var other = await Desktop.ShakeHandsAsync(restarted, _files.Key);
        Assert.Equal(Json(before), Json(other.Manifest));
        Assert.Equal(RefusalCodes.DiskInUse, (await other.RefusalOfAsync("/v1/kernel", [])).Code);
        disk!.Dispose();
        owner.EndCleanly(restarted, 7);

        Assert.Equal(_initrd, await other.AskAsync("/v1/initrd", []));
    }

    [Fact]
    public async Task Restart_BootFilesWereLeftMounted_RemovesThemAndHonoursTheGrant()
    {
        await using (var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path))
        {
            using var owner = await Desktop.ShakeHandsAsync(server, _files.Key);
            await owner.RequestDiskAsync();
        }

        var leftover = Directory.CreateDirectory(Path.Combine(_files.State, "mnt/7/1-p1")).FullName;
        ExternalProgram.Run("mount", ["-o", "ro,noload", _disk.Partition(1), leftover]);

        await using var restarted = await RunningServer.StartOnDiskAsync(_files, _disk.Path);
        Assert.Equal(0, Mounts);
        Assert.Equal(DiskState.Granted, StateOf(restarted));
    }

    [Fact]
    public async Task Grant_DiskIsMounted_IsRefusedWithThePlace()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.AskAsync("/v1/kernel", []);
        await server.Services.GetRequiredService<SharedBootFiles>().CloseAsync();
        var mounted = Directory.CreateDirectory(_files.Path("elsewhere")).FullName;
        ExternalProgram.Run("mount", [_disk.Partition(1), mounted]);
        Refusal refusal;
        try
        {
            refusal = await desktop.RefusalOfDiskAsync();
        }
        finally
        {
            Mount.Unmount(mounted);
        }

        Assert.Equal(RefusalCodes.DiskInUse, refusal.Code);
        Assert.Contains(mounted, refusal.Message, StringComparison.Ordinal);
        await desktop.RequestDiskAsync();
    }

    [Fact]
    public async Task Restart_GrantIsHonoured_NothingIsMounted()
    {
        string name;
        await using (var server = await RunningServer.StartOnDiskAsync(_files, _disk.Path))
        {
            using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
            name = (await desktop.RequestDiskAsync()).Name;
        }

        Assert.True(Mount.IsDeviceFree(_disk.Path));
        await using var restarted = await RunningServer.StartOnDiskAsync(_files, _disk.Path);
        Assert.Equal(DiskState.Granted, StateOf(restarted));
        Assert.Equal(0, Mounts);
        using var disk = restarted.Connect(name);
        Assert.True(disk!.TryWrite(0, new byte[512]));
    }

    private static DiskState StateOf(RunningServer server) => server.Services.GetRequiredService<IDiskGate>().State;

    // The record's menu is a list, which equals only itself, so compare without it.
    private static string Json(BootManifest manifest) => JsonSerializer.Serialize(manifest, ProtocolJson.Default.BootManifest);
}
