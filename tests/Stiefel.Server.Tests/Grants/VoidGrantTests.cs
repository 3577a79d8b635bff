using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests.Mounts;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Control;
using Stiefel.Server.BootReading;
using Stiefel.Server.Grants;
using Stiefel.Server.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>A desktop's cached data fits only one disk, in the state in which that desktop left it.</summary>
public sealed class VoidGrantTests : IDisposable
{
    private readonly ServerFiles _files = new();
    // The same machine in its next run, at a time when nothing more is heard from the earlier one.
    private static readonly BootReader s_startedAnew = new(IPAddress.Parse("192.0.2.1"), new string('f', 32), new(new string('a', 64), new string('2', 32), long.MaxValue));

    private readonly GrantRequest _desktop;

    public VoidGrantTests() => _desktop = new(new string('d', 32), "s-owner", IPAddress.Loopback, TakeOver: false, KeyId: KeyRing.IdOf(_files.Key), Identity: new(new string('a', 64), new string('1', 32), 0));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Finds the record of the only disk, whatever its file is called.
    private string GrantFile => Directory.Exists(_files.State) ? Directory.GetFiles(_files.State, "grant-*.json").SingleOrDefault() ?? _files.GrantFile : _files.GrantFile;

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("boot", "2b9ff1c5-6f39-4d2b-8b3f-0f7cd3a5b7c1")]
    [InlineData("boot", null)]
    [InlineData("medium", null)]
    public async Task Restart_MachineWasStartedAnewOrNothingIsKnownOfThat_IsVoid(string member, string? value)
    {
        await GrantAndStopAsync(_files.Disk);
        var record = JsonNode.Parse(await File.ReadAllTextAsync(GrantFile, Token))!.AsObject();
        Assert.True(record.Remove(member));
        if (value is not null)
        {
            record[member] = value;
        }

        await File.WriteAllTextAsync(GrantFile, record.ToJsonString(), Token);

        await AssertVoidAsync(_files.Disk, "restarted");
    }

    [Fact]
    public async Task Restart_AnotherImageUnderTheSameName_IsVoid()
    {
        await GrantAndStopAsync(_files.Disk);
        File.Copy(_files.Disk, _files.Disk + ".copy");
        File.Move(_files.Disk + ".copy", _files.Disk, overwrite: true);

        await AssertVoidAsync(_files.Disk, "a different disk");
    }

    [Fact]
    public async Task Restart_ImageWasWrittenMeanwhile_IsVoid()
    {
        await GrantAndStopAsync(_files.Disk);
        Change(_files.Disk);

        await AssertVoidAsync(_files.Disk, "changed by something else");
    }

    [Fact]
    public async Task Restart_DeviceWasWrittenMeanwhile_IsVoid()
    {
        using var loop = new LoopDevice(_files.Disk);
        await GrantAndStopAsync(loop.Path);
        await using (var same = await StartAsync(loop.Path))
        {
            using var disk = same.Connect(_desktop.ExportName);
            Assert.NotNull(disk);
        }

        ExternalProgram.Run("dd", ["if=/dev/zero", $"of={loop.Path}", "bs=4096", "count=1", "conv=notrunc,fsync"]);

        await AssertVoidAsync(loop.Path, "changed by something else");
    }

    [Fact]
    public async Task Owner_ComesBackAfterSomebodyWroteTheDisk_HasNoneAndTheNextDesktopIsServed()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _files.Disk);
        var gate = server.Services.GetRequiredService<IDiskGate>();
        await gate.GrantAsync(_desktop, Token);
        await Assert.ThrowsAnyAsync<Exception>(() => gate.ReadAsync(s_startedAnew, Token));
        Change(_files.Disk);

        Assert.True(server.IsUnknown(_desktop.ExportName));

        Assert.False(File.Exists(GrantFile));
        var next = _desktop with { Session = new string('e', 32), ExportName = "s-next" };
        await gate.GrantAsync(next, Token);
        Assert.NotNull(server.Connect(next.ExportName));
    }

    [Fact]
    public async Task Owner_ComesBackAfterBootFilesWereReadOnly_HasItsDisk()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _files.Disk);
        var gate = server.Services.GetRequiredService<IDiskGate>();
        await gate.GrantAsync(_desktop, Token);
        await Assert.ThrowsAnyAsync<Exception>(() => gate.ReadAsync(s_startedAnew, Token));

        using var disk = server.Connect(_desktop.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task Restart_ImageHasAnotherSize_IsVoid()
    {
        await GrantAndStopAsync(_files.Disk);
        await using (var disk = File.OpenWrite(_files.Disk))
        {
            disk.SetLength(2 * ServerFiles.DiskSize);
        }

        await AssertVoidAsync(_files.Disk, "a different disk");
    }

    [Fact]
    public async Task Restart_AnotherDeviceUnderTheSameName_IsVoid()
    {
        var link = _files.Path("disk-by-some-name");
        File.Copy(_files.Disk, _files.Disk + ".copy");
        using var one = new LoopDevice(_files.Disk);
        using var other = new LoopDevice(_files.Disk + ".copy");
        File.CreateSymbolicLink(link, one.Path);
        await GrantAndStopAsync(link);
        await using (var same = await StartAsync(link))
        {
            using var disk = same.Connect(_desktop.ExportName);
            Assert.NotNull(disk);
        }

        File.Delete(link);
        File.CreateSymbolicLink(link, other.Path);

        await AssertVoidAsync(link, "a different disk");
    }

    [Fact]
    public async Task Owner_ComesBackToAnotherDisk_HasNoneAndTheNextDesktopIsServed()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _files.Disk);
        var gate = server.Services.GetRequiredService<IDiskGate>();
        await gate.GrantAsync(_desktop, Token);
        await Assert.ThrowsAnyAsync<Exception>(() => gate.ReadAsync(s_startedAnew, Token));
        Assert.Equal(DiskState.Waiting, gate.State);
        File.Copy(_files.Disk, _files.Disk + ".copy");
        File.Move(_files.Disk + ".copy", _files.Disk, overwrite: true);

        Assert.True(server.IsUnknown(_desktop.ExportName));

        Assert.Equal(DiskState.Idle, gate.State);
        Assert.False(File.Exists(GrantFile));
        var next = _desktop with { Session = new string('e', 32), ExportName = "s-next" };
        await gate.GrantAsync(next, Token);
        using var disk = server.Connect(next.ExportName);
        Assert.NotNull(disk);
    }

    /// <summary>The session's key is revoked while it waits for its turn, and no later check would end it.</summary>
    [Fact]
    public async Task Grant_KeyIsAcceptedNoMore_IsRefused()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _files.Disk);
        var gate = server.Services.GetRequiredService<IDiskGate>();
        await Assert.ThrowsAsync<RefusalException>(() => gate.GrantAsync(_desktop with { KeyId = "of no key" }, Token));
        Assert.Null(gate.Granted);
        Assert.True(server.IsUnknown(_desktop.ExportName));
        Assert.False(File.Exists(GrantFile));
    }

    /// <summary>A desktop that was ended does not get the disk back because the next one's grant fails.</summary>
    [Fact]
    public async Task End_RecordCannotBeRemoved_IsVoidAllTheSame()
    {
        await using var server = await RunningServer.StartOnDiskAsync(_files, _files.Disk);
        var gate = server.Services.GetRequiredService<IDiskGate>();
        await gate.GrantAsync(_desktop, Token);
        ExternalProgram.Run("chattr", ["+i", GrantFile]);
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => gate.EndAsync(_ => true));
            Assert.Equal((DiskState.Idle, null), (gate.State, gate.Granted));
            await Assert.ThrowsAnyAsync<Exception>(() => gate.GrantAsync(_desktop with { Session = new string('e', 32), ExportName = "s-next" }, Token));
            Assert.True(server.IsUnknown(_desktop.ExportName));
        }
        finally
        {
            ExternalProgram.Run("chattr", ["-i", GrantFile]);
        }

        Assert.Equal(_desktop.Session, (await gate.EndAsync(_ => true))?.Session);
        Assert.False(File.Exists(GrantFile));
    }

    // Changes the disk in place, without changing its size, as mounting it would.
    private static void Change(string disk)
    {
        using var file = File.OpenWrite(disk);
        file.Position = 4096;
        file.WriteByte(1);
    }

    private async Task GrantAndStopAsync(string disk)
    {
        await using var server = await StartAsync(disk);
        await server.Services.GetRequiredService<IDiskGate>().GrantAsync(_desktop, Token);
    }

    private async Task AssertVoidAsync(string disk, string reason)
    {
        await using var server = await StartAsync(disk);
        Assert.True(server.IsUnknown(_desktop.ExportName));
        Assert.Contains(server.Log.All, line => line.Contains("void", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));
        Assert.False(File.Exists(GrantFile));
        Assert.Null(server.Services.GetRequiredService<IDiskGate>().Granted);
    }

    private Task<RunningServer> StartAsync(string disk) =>
        RunningServer.StartOnDiskAsync(_files, disk, "--Boot:Kernel", _files.Kernel, "--Boot:Initrd", _files.Initrd, "--Boot:CommandLine", "root=/dev/vda1 rw");
}
