using Stiefel.Linux.FileSystems;
using Stiefel.Linux.Programs;
using Stiefel.Server.Boot.Catalog;
using Stiefel.Server.Boot.Disk;
using Xunit;

namespace Stiefel.Server.Tests.Boot.Disk;

public class DiskBootFailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_NothingOnTheDisk_NamesEveryPartition()
    {
        using var disk = new LaptopDisk(("ext4", 16), ("", 16));
        using DiskBootSource source = disk.Source();
        var error = await Assert.ThrowsAsync<BootCatalogException>(async () => await source.OpenAsync(Token));
        Assert.StartsWith($"nothing to boot on {disk.Path}, which has {disk.Partition(1)} (ext4)", error.Message, StringComparison.Ordinal);
        Assert.Empty(error.LockedDevices);
        Assert.Empty(MountTable.Under(disk.MountDirectory));
        Assert.True(Mount.IsDeviceFree(disk.Path));
    }

    [Fact]
    public async Task Open_OnlyALuksPartition_SaysThatItIsLocked()
    {
        using var disk = new LaptopDisk(("", 16));
        MakeLuks(disk.Partition(1));
        using DiskBootSource source = disk.Source();
        var error = await Assert.ThrowsAsync<BootCatalogException>(async () => await source.OpenAsync(Token));
        Assert.Contains($"{disk.Partition(1)} is locked (LUKS)", error.Message, StringComparison.Ordinal);
        Assert.Equal([disk.Partition(1)], error.LockedDevices);
    }

    [Fact]
    public async Task Open_RootIsLocked_BootsWithoutDriversAndSaysWhy()
    {
        using var disk = new LaptopDisk(("ext4", 16), ("", 16));
        MakeLuks(disk.Partition(2));
        disk.Fill(1, boot => DiskBootSourceTests.FillBoot(boot, "", $"root={disk.Partition(2)}"));
        using DiskBootSource source = disk.Source();
        await using (IBootFiles files = await source.OpenAsync(Token))
        {
            Assert.Null(files.ModulesDirectory);
            Assert.Equal($"the root file system {disk.Partition(2)} is locked (LUKS)", files.ModulesMissing);
        }

        disk.Fill(1, boot => DiskBootSourceTests.FillBoot(boot, "", "root=/dev/mapper/vg-root"));
        await using IBootFiles mapped = await source.OpenAsync(Token);
        Assert.Equal("root=/dev/mapper/vg-root is no file system of this disk that can be mounted; the disk has LUKS or LVM, which stays closed", mapped.ModulesMissing);
    }

    [Fact]
    public async Task Open_RootHasOtherModules_SaysWhichAreMissing()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        disk.Fill(1, boot => DiskBootSourceTests.FillBoot(boot, "", $"root={disk.Partition(1)}"));
        using DiskBootSource source = disk.Source();
        await using IBootFiles files = await source.OpenAsync(Token);
        Assert.Equal($"{disk.Partition(1)} has no lib/modules/6.1.0-18-amd64", files.ModulesMissing);
        Assert.Single(MountTable.Under(disk.MountDirectory));
    }

    [Fact]
    public async Task Open_PartitionInUse_IsLeftAloneAndNamed()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        string directory = Directory.CreateDirectory(Path.Combine(disk.Scratch, "used")).FullName;
        ExternalProgram.Run("mount", [disk.Partition(1), directory]);
        try
        {
            using DiskBootSource source = disk.Source();
            var error = await Assert.ThrowsAsync<BootCatalogException>(async () => await source.OpenAsync(Token));
            Assert.Contains("busy", error.Message, StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(directory, "still-writable"), "", Token);
        }
        finally
        {
            ExternalProgram.Run("umount", [directory]);
        }
    }

    [Fact]
    public async Task Open_NoSuchDiskOrPartition_SaysSo()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        using DiskBootSource absent = disk.Source(disk: "/dev/no-such-disk");
        Assert.Contains("the disk /dev/no-such-disk does not exist", (await Fails(absent)).Message, StringComparison.Ordinal);
        using DiskBootSource file = disk.Source(disk: disk.Image);
        Assert.Contains("is a file, and boot files are looked for on block devices only", (await Fails(file)).Message, StringComparison.Ordinal);
        using DiskBootSource partition = disk.Source("UUID=absent");
        Assert.Equal($"the boot partition UUID=absent is not on {disk.Path}, which has {disk.Partition(1)} (ext4)", (await Fails(partition)).Message);
    }

    [Fact]
    public async Task Open_AfterACrash_RemovesWhatItLeftMounted()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        disk.Fill(1, boot => DiskBootSourceTests.FillBoot(boot, "", "x"));
        using (DiskBootSource crashed = disk.Source())
        {
            _ = await crashed.OpenAsync(Token);
        }

        Assert.Single(MountTable.Under(disk.MountDirectory));
        using DiskBootSource next = disk.Source();
        await using (await next.OpenAsync(Token))
        {
            Assert.Single(MountTable.Under(disk.MountDirectory));
        }

        Assert.True(Mount.IsDeviceFree(disk.Path));
        Assert.Equal("0", ExternalProgram.Run("blockdev", ["--getro", disk.Partition(1)]).Text.Trim());
    }

    [Fact]
    public async Task Dispose_FileStaysOpen_FailsLoudlyAndCanBeRepeated()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        disk.Fill(1, boot => DiskBootSourceTests.FillBoot(boot, "", "x"));
        using DiskBootSource source = disk.Source();
        IBootFiles files = await source.OpenAsync(Token);
        FileStream reader = File.OpenRead(files.Spec.Kernel.Path);
        var error = await Assert.ThrowsAnyAsync<IOException>(async () => await files.DisposeAsync());
        Assert.Contains("umount2(", error.Message, StringComparison.Ordinal);
        Assert.False(Mount.IsDeviceFree(disk.Partition(1)));
        await reader.DisposeAsync();
        await files.DisposeAsync();
        Assert.True(Mount.IsDeviceFree(disk.Partition(1)));
        await files.DisposeAsync();
    }

    private static async Task<BootCatalogException> Fails(DiskBootSource source)
        => await Assert.ThrowsAsync<BootCatalogException>(async () => await source.OpenAsync(Token));

    /// <summary>The first bytes of a LUKS1 header: enough for blkid.</summary>
    private static void MakeLuks(string device)
    {
        byte[] header = new byte[4096];
        "LUKS"u8.CopyTo(header);
        header[4] = 0xba;
        header[5] = 0xbe;
        header[7] = 1;
        "11111111-2222-3333-4444-555555555555"u8.CopyTo(header.AsSpan(168));
        using FileStream stream = File.OpenWrite(device);
        stream.Write(header);
        stream.Flush(flushToDisk: true);
    }
}
