using Microsoft.Extensions.DependencyInjection;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Control;
using Stiefel.Server.BootPlane;
using Stiefel.Server.Grants;
using Stiefel.Server.State;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

public sealed class DiskGateTests : IDisposable
{
    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Export_NobodyWasGrantedIt_IsUnknown()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.AskAsync("/v1/kernel", []);
        Assert.Null(server.Connect(desktop.ExportName));
        Assert.Null(server.Connect(""));
    }

    [Fact]
    public async Task Export_Granted_IsTheDiskUnderItsCapability()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);

        var grant = await desktop.RequestDiskAsync();

        Assert.Equal(new ExportGrant(desktop.ExportName, server.NbdPort, ServerFiles.DiskSize, false), grant);
        using var disk = server.Connect(grant.Name);
        Assert.True(disk!.TryWrite(4096, [.. Enumerable.Repeat((byte)7, 512)]));
        Assert.Equal(Enumerable.Repeat((byte)7, 512), _files.ReadDisk(4096, 512));
        Assert.Null(server.Connect(grant.Name[..^1] + (grant.Name[^1] == 'a' ? 'b' : 'a')));
        Assert.Contains(server.Log.All, l => l == "Information: phase granted ");
    }

    [Fact]
    public async Task Export_ReadOnlyDisk_IsReadOnly()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Disk:ReadOnly", "true");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.True((await desktop.RequestDiskAsync()).ReadOnly);
    }

    [Fact]
    public async Task Export_AnotherDesktopIsConnected_IsRefusedWithItsName()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.RequestDiskAsync();
        using var disk = server.Connect(first.ExportName);
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);

        var refusal = await second.RefusalOfDiskAsync();

        Assert.Equal(RefusalCodes.DiskInUse, refusal.Code);
        Assert.Contains(first.Id[..8], refusal.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(first.ExportName, refusal.Message, StringComparison.Ordinal);
        Assert.True(disk!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task Export_TakenOver_FencesTheFirstBeforeItAnswers()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.RequestDiskAsync();
        using var lost = server.Connect(first.ExportName);
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);

        await second.RequestDiskAsync(takeOver: true);

        Assert.Empty(server.NbdConnections);
        Assert.False(lost!.TryWrite(0, [.. Enumerable.Repeat((byte)1, 512)]));
        Assert.Equal(new byte[512], _files.ReadDisk(0, 512));
        Assert.True(server.IsUnknown(first.ExportName));
        using var disk = server.Connect(second.ExportName);
        Assert.True(disk!.TryWrite(0, [.. Enumerable.Repeat((byte)2, 512)]));
        Assert.Contains(server.Log.All, l => l.Contains("lost the disk", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Export_TakenOverUnderWrites_LetsNoneThroughAfterwards()
    {
        await using var server = await RunningServer.StartAsync(_files);
        for (byte round = 1; round < 6; round++)
        {
            using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
            await first.RequestDiskAsync(takeOver: true);
            using var lost = server.Connect(first.ExportName)!;
            var started = new TaskCompletionSource();
            var writing = Task.Run(() =>
            {
                var data = Enumerable.Repeat((byte)0xEE, 65536).ToArray();
                while (lost.TryWrite(0, data))
                {
                    started.TrySetResult();
                }
            }, TestContext.Current.CancellationToken);
            await started.Task;

            using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
            await second.RequestDiskAsync(takeOver: true);
            using var disk = server.Connect(second.ExportName)!;
            Assert.True(disk.TryWrite(0, [.. Enumerable.Repeat(round, 65536)]));
            await writing;
            Assert.Equal(Enumerable.Repeat(round, 65536), _files.ReadDisk(0, 65536));
        }
    }

    [Fact]
    public async Task Export_FirstLostItsConnection_IsRefusedUnlessTakenOver()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.RequestDiskAsync();
        server.Connect(first.ExportName)!.Dispose();
        await UntilNobodyIsConnectedAsync(server);
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);

        var refusal = await second.RefusalOfDiskAsync();

        Assert.Equal(RefusalCodes.DiskInUse, refusal.Code);
        Assert.Contains("may continue when it comes back", refusal.Message, StringComparison.Ordinal);
        using (var back = server.Connect(first.ExportName))
        {
            Assert.True(back!.TryWrite(0, new byte[512]));
        }

        await second.RequestDiskAsync(takeOver: true);
        Assert.Null(server.Connect(first.ExportName));
    }

    [Fact]
    public async Task Export_FirstIsStillStarting_IsRefusedUnlessTakenOver()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.RequestDiskAsync();
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);

        Assert.Contains("has been starting", (await second.RefusalOfDiskAsync()).Message, StringComparison.Ordinal);
        await second.RequestDiskAsync(takeOver: true);
        Assert.NotNull(server.Connect(second.ExportName));
    }

    [Fact]
    public async Task Export_AskedAgainByItsOwner_StaysItsOwn()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        var once = await desktop.RequestDiskAsync();
        Assert.Equal(once, await desktop.RequestDiskAsync());
        using var disk = server.Connect(once.Name);
        Assert.NotNull(disk);
    }

    [Fact]
    public async Task Export_OwnerReconnects_OldConnectionIsEnded()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var old = server.Connect(desktop.ExportName);
        using var fresh = server.Connect(desktop.ExportName);
        Assert.False(old!.TryWrite(0, new byte[512]));
        Assert.True(fresh!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task Export_DiskUsedByAnotherProgram_IsRefusedAndThenGranted()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        using (Linux.BlockDevices.BlockDevice.Open(_files.Disk, readOnly: false))
        {
            var refusal = await desktop.RefusalOfDiskAsync();
            Assert.Equal(RefusalCodes.DiskInUse, refusal.Code);
            Assert.Contains(_files.Disk, refusal.Message, StringComparison.Ordinal);
        }

        await desktop.RequestDiskAsync();
    }

    [Fact]
    public async Task Export_DiskUsedForAMomentOnly_IsGranted()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        var user = Linux.BlockDevices.BlockDevice.Open(_files.Disk, readOnly: false);
        var moment = new Thread(() =>
        {
            Thread.Sleep(100);
            user.Dispose();
        });
        moment.Start();

        await desktop.RequestDiskAsync();

        moment.Join();
        Assert.NotNull(server.Connect(desktop.ExportName));
    }

    [Fact]
    public async Task Export_GrantFails_TheOldGrantStays()
    {
        // Use a link that disappears and returns, because renaming the disk itself would count as a change.
        var name = _files.Path("disk-by-name");
        File.CreateSymbolicLink(name, _files.Disk);
        await using var server = await RunningServer.StartOnDiskAsync(
            _files, name, "--Boot:Kernel", _files.Kernel, "--Boot:Initrd", _files.Initrd, "--Boot:CommandLine", "root=/dev/vda1 rw");
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.TellMachineAsync('a', '1');
        await first.RequestDiskAsync();
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
        await second.TellMachineAsync('a', '2');
        File.Delete(name);
        Assert.Equal(RefusalCodes.Failed, (await second.RefusalOfDiskAsync()).Code);
        File.CreateSymbolicLink(name, _files.Disk);

        Assert.Null(server.Connect(second.ExportName));
        using var disk = server.Connect(first.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task Restart_CurrentGrant_IsHonouredAndNoOlderOne()
    {
        string older, current;
        await using (var server = await RunningServer.StartAsync(_files))
        {
            using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
            older = (await first.RequestDiskAsync()).Name;
            using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
            current = (await second.RequestDiskAsync(takeOver: true)).Name;
        }

        var file = _files.GrantFile;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(
            [file, Path.Combine(_files.State, "lock"), StateDirectory.OfDisk(_files.State, _files.Disk, "offer", ".json")], Directory.GetFiles(_files.State).Order());

        await using var restarted = await RunningServer.StartAsync(_files);
        Assert.Equal(DiskState.Granted, restarted.Services.GetRequiredService<IDiskGate>().State);
        Assert.Null(restarted.Connect(older));
        using var disk = restarted.Connect(current);
        Assert.True(disk!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task Restart_GrantOfAnotherDisk_IsVoid()
    {
        string name;
        await using (var server = await RunningServer.StartAsync(_files))
        {
            using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
            name = (await desktop.RequestDiskAsync()).Name;
        }

        await using (var restarted = await RunningServer.StartAsync(_files, "--Disk:ReadOnly", "true"))
        {
            Assert.Null(restarted.Connect(name));
        }

        // The disk may have been changed meanwhile.
        await using var again = await RunningServer.StartAsync(_files);
        Assert.Null(again.Connect(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"session\":1}")]
    [InlineData("not json")]
    public async Task Restart_StateIsDamaged_StartsWithoutAGrant(string content)
    {
        Directory.CreateDirectory(_files.State);
        File.WriteAllText(_files.GrantFile, content);
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        Assert.NotNull(server.Connect(desktop.ExportName));
    }

    [Fact]
    public async Task Restart_DiskIsInUse_KeepsTheGrantForLater()
    {
        string name;
        await using (var server = await RunningServer.StartAsync(_files))
        {
            using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
            name = (await desktop.RequestDiskAsync()).Name;
        }

        var user = Linux.BlockDevices.BlockDevice.Open(_files.Disk, readOnly: false);
        await using var restarted = await RunningServer.StartAsync(_files);
        Assert.Null(restarted.Connect(name));

        // A desktop gives its disk up when it hears that its export is unknown; a stranger always hears that.
        Assert.False(restarted.IsUnknown(name));
        Assert.True(restarted.IsUnknown(name[..^1] + (name[^1] == 'a' ? 'b' : 'a')));
        user.Dispose();
        Assert.NotNull(restarted.Connect(name));
    }

    private static async Task UntilNobodyIsConnectedAsync(RunningServer server)
    {
        for (var i = 0; i < 1000 && server.NbdConnections.Count > 0; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Empty(server.NbdConnections);
    }
}
