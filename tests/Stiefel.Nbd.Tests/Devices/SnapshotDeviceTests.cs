using System.Security.Cryptography;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;
using Stiefel.Nbd.Tests.Support;
using Xunit;

namespace Stiefel.Nbd.Tests.Devices;

/// <summary>A disk that can be written without being changed.</summary>
public sealed class SnapshotDeviceTests : IDisposable
{
    private const int Size = (1 << 20) + 77;

    private readonly TempFile _image = TempFile.WithRandomBytes(Size, seed: 21);
    private readonly byte[] _content;

    public SnapshotDeviceTests() => _content = File.ReadAllBytes(_image.Path);

    public void Dispose() => _image.Dispose();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4095, 2)]
    [InlineData(4096, 4096)]
    [InlineData(100, 300_000)]
    [InlineData(262_143, 3)]
    [InlineData(Size - 1, 1)]
    [InlineData(Size - 5000, 5000)]
    [InlineData(0, Size)]
    public void Write_OfAnyRange_ChangesThatRangeAndNotTheImage(int offset, int length)
    {
        using var snapshot = SnapshotOf.FileInMemory(_image.Path);
        byte[] model = [.. _content];
        model.AsSpan(offset, length).Fill(0xee);

        snapshot.Device.Write(offset, model.AsSpan(offset, length));
        snapshot.Device.Flush();

        Assert.True(ReadAll(snapshot).AsSpan().SequenceEqual(model));
        Assert.Equal(Hash(_content), Hash(File.ReadAllBytes(_image.Path)));
    }

    [Theory]
    [InlineData(0, 4096, true)]
    [InlineData(5, 4000, false)]
    [InlineData(100, 300_000, false)]
    [InlineData(Size - 77, 77, true)]
    [InlineData(0, Size, true)]
    public void WriteZeroes_OfAnyRange_ReadsAsZeroesAndWholeBlocksAreHoles(int offset, int length, bool isHole)
    {
        using var snapshot = SnapshotOf.FileInMemory(_image.Path);
        byte[] model = [.. _content];
        model.AsSpan(offset, length).Clear();

        snapshot.Device.WriteZeroes(offset, length, ZeroOptions.OnlyIfFast);

        Assert.True(ReadAll(snapshot).AsSpan().SequenceEqual(model));
        Assert.Equal(new BlockExtent(length, isHole), snapshot.Device.FindExtent(offset, length) with { Length = length });
    }

    [Fact]
    public void WriteZeroes_ThatKeepTheirPlace_AreStoredAndNeverFast()
    {
        using var snapshot = SnapshotOf.FileInMemory(_image.Path);

        snapshot.Device.WriteZeroes(0, 8192, ZeroOptions.KeepAllocated);

        Assert.Equal(new BlockExtent(8192, false), snapshot.Device.FindExtent(0, 8192));
        Assert.Equal(3 * 4096, snapshot.Overlay.Used);
        var error = Assert.Throws<LinuxException>(() => snapshot.Device.WriteZeroes(0, 8192, ZeroOptions.KeepAllocated | ZeroOptions.OnlyIfFast));
        Assert.Equal(Errno.EOPNOTSUPP, error.Errno);
    }

    [Fact]
    public void Trim_GivesBackWhatTheOverlayHolds()
    {
        using var snapshot = SnapshotOf.FileInMemory(_image.Path);
        snapshot.Device.Write(0, new byte[100_000]);
        var before = snapshot.Overlay.Used;

        snapshot.Device.Trim(100, 50_000);

        // Blocks 1 to 11 lie completely within the range.
        Assert.Equal(before - (11 * 4096), snapshot.Overlay.Used);
        var block = new byte[4096];
        snapshot.Device.Read(4096, block);
        Assert.All(block, b => Assert.Equal(0, b));
        Assert.True(ReadAll(snapshot).AsSpan(200_000).SequenceEqual(_content.AsSpan(200_000)));
    }

    [Fact]
    public void Write_IntoABlockThatWasZeroed_KeepsTheZeroesAround()
    {
        using var snapshot = SnapshotOf.FileInMemory(_image.Path);
        snapshot.Device.Write(0, [.. Enumerable.Repeat((byte)9, 4096)]);
        snapshot.Device.WriteZeroes(0, 4096, ZeroOptions.None);

        snapshot.Device.Write(1000, [1]);

        var block = new byte[4096];
        snapshot.Device.Read(0, block);
        Assert.Equal(1, block[1000]);
        Assert.Equal(1, block.Sum(b => b));
    }

    [Fact]
    public void Write_BeyondTheLimit_IsNoSpaceAndReadingGoesOn()
    {
        using var snapshot = SnapshotOf.FileInMemory(_image.Path, limit: 64 * 1024);
        snapshot.Device.Write(0, new byte[60 * 1024]);

        Assert.Equal(Errno.ENOSPC, Assert.Throws<LinuxException>(() => snapshot.Device.Write(60 * 1024, new byte[4096])).Errno);

        snapshot.Device.Write(100, [7]);
        Assert.True(ReadAll(snapshot).AsSpan(60 * 1024).SequenceEqual(_content.AsSpan(60 * 1024)));
        snapshot.Device.WriteZeroes(0, 8192, ZeroOptions.None);
        snapshot.Device.Write(60 * 1024, new byte[4096]);
    }

    [Fact]
    public async Task Write_ToAFullFileSystem_IsNoSpaceAndLosesNothing()
    {
        using var full = await FullDisk.MakeAsync(8 << 20);
        using var snapshot = SnapshotOf.FileInDirectory(_image.Path, full.Directory);
        snapshot.Device.Write(0, [.. Enumerable.Repeat((byte)3, 65536)]);

        LinuxException? error = null;
        for (var offset = 65536; offset + 65536 < Size && error is null; offset += 65536)
        {
            error = Record.Exception(() => snapshot.Device.Write(offset, new byte[65536])) as LinuxException;
        }

        // A tmpfs of 1 MiB has no room for a slightly larger disk.
        if (error is null)
        {
            error = Assert.Throws<LinuxException>(() => snapshot.Device.Write(0, new byte[Size]));
        }

        Assert.Equal(Errno.ENOSPC, error.Errno);
        var first = new byte[65536];
        snapshot.Device.Read(0, first);
        Assert.All(first, b => Assert.True(b is 3 or 0));
        Assert.True(ReadAll(snapshot).AsSpan(Size - 77).SequenceEqual(_content.AsSpan(Size - 77)));
    }

    [Fact]
    public void Flush_WhoseMediumFailed_FailsForEver()
    {
        using var basis = new MemoryDevice(1 << 20);
        using var store = new MemoryDevice(1 << 20) { Fault = (command, _) => command == "flush" ? Errno.EIO : null };
        using var overlay = new SnapshotOverlay(store, 0);
        using var device = new SnapshotDevice(basis, overlay);

        Assert.Equal(Errno.EIO, Assert.Throws<LinuxException>(device.Flush).Errno);
    }

    [Fact]
    public void Write_ThatFailed_LeavesNothingBehindThatShowsLater()
    {
        using var basis = new MemoryDevice(1 << 20);
        using var store = new MemoryDevice(1 << 20);
        using var overlay = new SnapshotOverlay(store, 0);
        using var device = new SnapshotDevice(basis, overlay);
        Array.Fill(basis.Bytes, (byte)1);

        // The beginning of the block is copied from the base, then the store fails.
        store.Fault = (command, offset) => command == "write" && offset == 100 ? Errno.EIO : null;
        Assert.Throws<LinuxException>(() => device.Write(100, [2, 2, 2]));
        store.Fault = (_, _) => null;

        var block = new byte[4096];
        device.Read(0, block);
        Assert.All(block, b => Assert.Equal(1, b));
        device.WriteZeroes(0, 4096, ZeroOptions.None);
        device.Write(4000, [3]);
        device.Read(0, block);
        Assert.Equal(3, block.Sum(b => b));
    }

    [Fact]
    public void Read_OfABaseThatFails_FailsAndAPartialWriteToo()
    {
        using var basis = new MemoryDevice(1 << 20) { Fault = (command, _) => command == "read" ? Errno.EIO : null };
        using var overlay = SnapshotOverlay.InMemory(1 << 20, 0);
        using var device = new SnapshotDevice(basis, overlay);

        Assert.Equal(Errno.EIO, Assert.Throws<LinuxException>(() => device.Read(0, new byte[1])).Errno);
        Assert.Equal(Errno.EIO, Assert.Throws<LinuxException>(() => device.Write(1, [1])).Errno);
        device.Write(0, new byte[4096]);
        device.Read(0, new byte[4096]);
    }

    [Fact]
    public void Extents_AroundAWrite_AreMergedWhereAlike()
    {
        using var sparse = new TempFile(16 << 20);
        using var snapshot = SnapshotOf.FileInMemory(sparse.Path);
        snapshot.Device.Write(1 << 20, new byte[600_000]);

        Assert.Equal(new BlockExtent(1 << 20, true), snapshot.Device.FindExtent(0, 16 << 20));
        Assert.Equal(new BlockExtent(147 * 4096, false), snapshot.Device.FindExtent(1 << 20, 15 << 20));
        Assert.Equal(new BlockExtent((15 << 20) - (147 * 4096), true), snapshot.Device.FindExtent((1 << 20) + (147 * 4096), (15 << 20) - (147 * 4096)));
    }

    [Fact]
    public void Base_InUseByAWriter_IsRefusedAndTheOtherWayRound()
    {
        using (BlockDevice.Open(_image.Path, readOnly: false))
        {
            Assert.Throws<LinuxException>(() => BlockDevice.OpenUnchanging(_image.Path));
        }

        using var first = BlockDevice.OpenUnchanging(_image.Path);
        using var second = BlockDevice.OpenUnchanging(_image.Path);
        Assert.Throws<LinuxException>(() => BlockDevice.Open(_image.Path, readOnly: false));
    }

    [Fact]
    public async Task Base_OfASnapshot_CanBeReadByQemuButNotWritten()
    {
        using var basis = BlockDevice.OpenUnchanging(_image.Path);

        await Tool.RunAsync("qemu-io", "-r", "-f", "raw", "-c", "read 0 512", _image.Path);
        (var exitCode, var output) = await Tool.TryRunAsync("qemu-io", "-f", "raw", "-c", "write 0 512", _image.Path);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("lock", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlay_InADirectory_HasNoName()
    {
        var directory = Directory.CreateTempSubdirectory("stiefel-overlay-").FullName;
        try
        {
            using var snapshot = SnapshotOf.FileInDirectory(_image.Path, directory);
            snapshot.Device.Write(0, new byte[100_000]);

            Assert.Empty(Directory.GetFileSystemEntries(directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static byte[] ReadAll(SnapshotOf snapshot)
    {
        var all = new byte[Size];
        snapshot.Device.Read(0, all);
        return all;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
