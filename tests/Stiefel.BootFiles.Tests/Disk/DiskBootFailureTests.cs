using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.BootFiles.Tests.Disk;

public class DiskBootFailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_NothingOnTheDisk_NamesEveryPartition()
    {
        using var disk = new LaptopDisk(("ext4", 16), ("", 16));
        using var source = disk.Source();
        var error = await Assert.ThrowsAsync<BootCatalogException>(async () => await source.OpenAsync(Token));
        Assert.StartsWith($"nothing to boot on {disk.Path}, which has {disk.Partition(1)} (ext4)", error.Message, StringComparison.Ordinal);
        Assert.Empty(MountTable.Under(disk.MountDirectory));
        Assert.True(Mount.IsDeviceFree(disk.Path));
    }

    [Fact]
    public async Task Open_OnlyALuksPartition_SaysThatItIsLocked()
    {
        using var disk = new LaptopDisk(("", 16));
        disk.MakeLuks(1);
        using var source = disk.Source();
        var error = await Assert.ThrowsAsync<BootLockedException>(async () => await source.OpenAsync(Token));
        Assert.StartsWith($"{disk.Partition(1)} is locked (LUKS)", error.Message, StringComparison.Ordinal);
        Assert.Equal((disk.Partition(1), false), (error.Locked.Device, error.WasTried));
    }

    [Fact]
    public async Task Unlock_NothingToBootInside_SaysWhatIsThereAndClosesAll()
    {
        using var disk = new LaptopDisk(("", 16));
        using var inside = new LaptopDisk(("ext4", 16));
        disk.MakeLuks(1);
        var tools = new FakeVolumeTools();
        tools.Luks[disk.Partition(1)] = ("right", inside.Partition(1));
        using var source = disk.Source(tools: tools);
        var wrong = await Assert.ThrowsAsync<BootLockedException>(async () => await source.UnlockAsync("wrong"u8.ToArray(), Token));
        Assert.True(wrong.WasTried);
        var empty = await Assert.ThrowsAsync<BootCatalogException>(async () => await source.UnlockAsync("right"u8.ToArray(), Token));
        Assert.Contains($"in {disk.Partition(1)} (ext4)", empty.Message, StringComparison.Ordinal);
        Assert.Empty(tools.Open);
        Assert.Empty(tools.Locked);
    }

    [Fact]
    public async Task Open_PlainBootBesideLuks_AsksOnlyIfThatIsNamed()
    {
        using var disk = new LaptopDisk(("ext4", 16), ("", 16));
        using var inside = new LaptopDisk(("ext4", 16));
        disk.Fill(1, boot => LaptopFiles.FillBoot(boot, "", "root=/dev/mapper/vg-root"));
        disk.MakeLuks(2);
        inside.Fill(1, LaptopFiles.FillModules);
        var tools = new FakeVolumeTools();
        tools.Luks[disk.Partition(2)] = ("right", inside.Partition(1));
        using var alone = disk.Source(tools: tools);
        await using (var files = await alone.OpenAsync(Token))
        {
            Assert.Null(files.Locked);
            Assert.Null(files.ModulesDirectory);
        }

        using var named = disk.Source(tools: tools, luksPartition: disk.Partition(2));
        await Assert.ThrowsAsync<BootLockedException>(async () => await named.OpenAsync(Token));
        await using (var files = await named.UnlockAsync("right"u8.ToArray(), Token))
        {
            Assert.Equal(disk.Partition(2), files.Locked?.Device);
            Assert.NotNull(files.ModulesDirectory);
            Assert.True(await files.IsPassphraseAsync("right"u8.ToArray(), Token));
            Assert.False(await files.IsPassphraseAsync("wrong"u8.ToArray(), Token));
        }

        Assert.Empty(tools.Open);
        using var absent = disk.Source(tools: tools, luksPartition: "UUID=absent");
        Assert.Contains("the encrypted partition UUID=absent is not on", (await Fails(absent)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_RootIsLocked_BootsWithoutDriversAndSaysWhy()
    {
        using var disk = new LaptopDisk(("ext4", 16), ("", 16));
        disk.MakeLuks(2);
        disk.Fill(1, boot => LaptopFiles.FillBoot(boot, "", $"root={disk.Partition(2)}"));
        using var source = disk.Source();
        await using (var files = await source.OpenAsync(Token))
        {
            Assert.Null(files.ModulesDirectory);
            Assert.Equal($"the root file system {disk.Partition(2)} is locked (LUKS)", files.ModulesMissing);
        }

        disk.Fill(1, boot => LaptopFiles.FillBoot(boot, "", "root=/dev/mapper/vg-root"));
        await using var mapped = await source.OpenAsync(Token);
        Assert.Equal("root=/dev/mapper/vg-root is not a mountable file system of this disk; the disk has LUKS or LVM that is not open", mapped.ModulesMissing);
    }

    [Fact]
    public async Task Open_RootHasOtherModules_SaysWhichAreMissing()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        disk.Fill(1, boot => LaptopFiles.FillBoot(boot, "", $"root={disk.Partition(1)}"));
        using var source = disk.Source();
        await using var files = await source.OpenAsync(Token);
        Assert.Equal($"{disk.Partition(1)} has no lib/modules/6.1.0-18-amd64", files.ModulesMissing);
        Assert.Single(MountTable.Under(disk.MountDirectory));
    }

    [Fact]
    public async Task Open_PartitionInUse_IsLeftAloneAndNamed()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        var directory = Directory.CreateDirectory(Path.Combine(disk.Scratch, "used")).FullName;
        ExternalProgram.Run("mount", [disk.Partition(1), directory]);
        try
        {
            using var source = disk.Source();
            var error = await Assert.ThrowsAsync<BootCatalogException>(async () => await source.OpenAsync(Token));
            Assert.Contains("busy", error.Message, StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(directory, "still-writable"), "", Token);
        }
        finally
        {
            Mount.Unmount(directory);
        }
    }

    [Fact]
    public async Task Open_NoSuchDiskOrPartition_SaysSo()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        using var absent = disk.Source(disk: "/dev/no-such-disk");
        Assert.Contains("the disk /dev/no-such-disk does not exist", (await Fails(absent)).Message, StringComparison.Ordinal);
        using var file = disk.Source(disk: disk.Image);
        Assert.Contains("is a file, and boot files are looked for on block devices only", (await Fails(file)).Message, StringComparison.Ordinal);
        using var partition = disk.Source("UUID=absent");
        Assert.Equal($"the boot partition UUID=absent is not on {disk.Path}, which has {disk.Partition(1)} (ext4)", (await Fails(partition)).Message);
    }

    [Fact]
    public async Task Open_AfterACrash_RemovesWhatItLeftMounted()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        disk.Fill(1, boot => LaptopFiles.FillBoot(boot, "", "x"));
        using (var crashed = disk.Source())
        {
            _ = await crashed.OpenAsync(Token);
        }

        Assert.Single(MountTable.Under(disk.MountDirectory));
        using var next = disk.Source();
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
        disk.Fill(1, boot => LaptopFiles.FillBoot(boot, "", "x"));
        using var source = disk.Source();
        var files = await source.OpenAsync(Token);
        var reader = File.OpenRead(files.Spec.Kernel.Path);
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
}
