using System.Security.Cryptography;
using Stiefel.BootFiles.Tests.Disk;
using Stiefel.Linux.Mounts;
using Stiefel.Server.Grants;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Nbd;

/// <summary>`Disk:Snapshot`: guest mode, and many desktops from one image.</summary>
public sealed class SnapshotTests : IDisposable
{
    private static readonly byte[] s_sevens = [.. Enumerable.Repeat((byte)7, 4096)];

    private readonly ServerFiles _files = new();
    private readonly byte[] _before;

    public SnapshotTests() => _before = DiskHash();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("memory")]
    [InlineData("DIR")]
    public async Task Open_WritesAreSeenByAllClientsAndVanishWithTheServer(string place)
    {
        var directory = Directory.CreateDirectory(_files.Path("overlay")).FullName;
        for (var start = 0; start < 2; start++)
        {
            await using var server = await StartOpenAsync("--Disk:Snapshot", place == "DIR" ? directory : place);
            using var one = server.Connect("x")!;
            using var two = server.Connect("x")!;
            Assert.NotEqual(s_sevens, two.Read(4096, 4096));
            Assert.True(one.TryWrite(4096, s_sevens));
            Assert.Equal(s_sevens, two.Read(4096, 4096));
            Assert.Empty(Directory.GetFileSystemEntries(directory));
        }

        Assert.Equal(_before, DiskHash());
    }

    [Fact]
    public async Task Open_SeveralServersOfOneImage_EachHaveTheirOwnChanges()
    {
        await using var first = await StartOpenAsync("--Disk:Snapshot", "memory");
        await using var second = await StartOpenAsync("--Disk:Snapshot", "memory");
        using var one = first.Connect("x")!;
        using var other = second.Connect("x")!;

        Assert.True(one.TryWrite(0, s_sevens));

        Assert.NotEqual(s_sevens, other.Read(0, 4096));
        await Assert.ThrowsAsync<DiskInUseException>(() => StartOpenAsync());
    }

    [Fact]
    public async Task Open_FullOverlay_IsToldOnceInTheLog()
    {
        await using var server = await StartOpenAsync("--Disk:Snapshot", "memory", "--Disk:SnapshotLimitMiB", "1");
        using var disk = server.Connect("x")!;
        var failed = 0;
        for (ulong block = 0; block < 300; block++)
        {
            failed += disk.WriteError(block * 4096, s_sevens) == 28 ? 1 : 0;
        }

        Assert.InRange(failed, 40, 60);
        Assert.Single(server.Log.All, line => line.Contains("the snapshot has reached its limit of 1 MiB of changes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_BlockDevice_IsClaimedSoThatNobodyMountsIt()
    {
        using var device = new LaptopDisk(("ext4", 8));
        await using var server = await RunningServer.StartBareAsync(
            "--Disk:Path", device.Path, "--Disk:Snapshot", "memory", "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", "127.0.0.1:0");
        using var disk = server.Connect("x")!;

        Assert.False(Mount.IsDeviceFree(device.Path));
        Assert.True(disk.TryWrite(0, s_sevens));
        Assert.Equal(s_sevens, disk.Read(0, 4096));
    }

    [Fact]
    public async Task Open_DirectoryThatIsNotThere_RefusesToStartWithItsName()
    {
        var error = await Assert.ThrowsAnyAsync<IOException>(() => StartOpenAsync("--Disk:Snapshot", "/nonexistent"));
        Assert.StartsWith("Disk:Snapshot = '/nonexistent' cannot hold changes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_ComesBack_FindsItsChanges()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Disk:Snapshot", "memory");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using (var disk = server.Connect(desktop.ExportName)!)
        {
            Assert.True(disk.TryWrite(0, s_sevens));
        }

        await desktop.RequestDiskAsync();
        using var again = server.Connect(desktop.ExportName)!;
        Assert.Equal(s_sevens, again.Read(0, 4096));
    }

    [Fact]
    public async Task Sessions_SideBySide_EachHaveTheirOwnDiskAndFetchAtAnyTime()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Disk:Snapshot", "memory");
        var desktops = new List<(Desktop Desktop, NbdPeer Disk)>();
        for (var i = 0; i < 5; i++)
        {
            // The other desktops are connected and write meanwhile.
            var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
            await desktop.AskAsync("/v1/kernel", []);
            await desktop.RequestDiskAsync();
            desktops.Add((desktop, server.Connect(desktop.ExportName)!));
            Assert.True(desktops[i].Disk.TryWrite(0, Filled(i)));
            Assert.True(desktops[0].Disk.TryWrite(8192, Filled(i)));
        }

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Filled(i), desktops[i].Disk.Read(0, 4096));
            Assert.Equal(i == 0 ? Filled(4) : new byte[4096], desktops[i].Disk.Read(8192, 4096));
            desktops[i].Disk.Dispose();
            desktops[i].Desktop.Dispose();
        }

        Assert.Equal(_before, DiskHash());
    }

    [Fact]
    public async Task Sessions_BeyondTheMost_EndTheOldestThatIsAway()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Disk:Snapshot", "memory");
        using var connected = await Desktop.ShakeHandsAsync(server, _files.Key);
        await connected.RequestDiskAsync();
        using var disk = server.Connect(connected.ExportName)!;
        using var away = await Desktop.ShakeHandsAsync(server, _files.Key);
        await away.RequestDiskAsync();

        for (var i = 0; i < 63; i++)
        {
            using var another = await Desktop.ShakeHandsAsync(server, _files.Key);
            await another.RequestDiskAsync();
        }

        Assert.True(disk.TryWrite(0, s_sevens));
        Assert.Null(server.Connect(away.ExportName));
    }

    [Fact]
    public async Task Session_ReadsBootFilesOfTheSameDiskWhileAnotherWrites()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Disk:Snapshot", "memory");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName)!;
        Assert.True(disk.TryWrite(0, s_sevens));

        using var other = await Desktop.ShakeHandsAsync(server, _files.Key);
        await other.AskAsync("/v1/kernel", []);

        Assert.Equal(s_sevens, disk.Read(0, 4096));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Session_AfterARestartOfTheServer_IsNotGivenTheDiskFromBefore(bool isStillSnapshot)
    {
        string name;
        await using (var server = await RunningServer.StartAsync(_files, "--Disk:Snapshot", "memory"))
        {
            using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
            await desktop.RequestDiskAsync();
            name = desktop.ExportName;
        }

        await using var restarted = await RunningServer.StartAsync(_files, isStillSnapshot ? ["--Disk:Snapshot", "memory"] : []);
        Assert.Null(restarted.Connect(name));
        Assert.Contains(restarted.Log.All, line => line.Contains("wrote to its snapshot is gone", StringComparison.Ordinal));
    }

    private Task<RunningServer> StartOpenAsync(params string[] more) => RunningServer.StartBareAsync(
        ["--Disk:Path", _files.Disk, "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", "127.0.0.1:0", "--State:Directory", _files.State, .. more]);

    private static byte[] Filled(int number) => [.. Enumerable.Repeat((byte)(0xa0 + number), 4096)];

    private byte[] DiskHash() => SHA256.HashData(_files.ReadDisk(0, ServerFiles.DiskSize));
}
