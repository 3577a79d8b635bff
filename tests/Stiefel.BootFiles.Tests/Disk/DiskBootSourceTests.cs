using Stiefel.BootFiles.Disk;
using Stiefel.BootFiles.Tests.Catalog;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.BootFiles.Tests.Disk;

/// <summary>Real disks with real file systems. FAT stands for any partition that cannot be mounted, since kernels without its driver refuse it.</summary>
public class DiskBootSourceTests
{
    private const string Release = "6.1.0-18-amd64";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ext4", 16)]
    [InlineData("xfs", 320)]
    public async Task Open_SeparateBootPartition_FindsBootFilesAndModulesAndLeavesNoTrace(string rootType, int rootSize)
    {
        using var disk = new LaptopDisk(("vfat", 40), ("ext4", 16), (rootType, rootSize));
        disk.Fill(2, boot => LaptopFiles.FillBoot(boot, "", $"root=UUID={disk.Tag(3, "UUID")} ro"));
        disk.Fill(3, LaptopFiles.FillModules);
        var before = disk.Hash();
        using var source = disk.Source();
        var files = await source.OpenAsync(Token);
        Assert.Equal("Linux", files.Spec.Title);
        Assert.Equal(BootFixture.KernelBytes(Release), await File.ReadAllBytesAsync(files.Spec.Kernel.Path, Token));
        Assert.Equal("the initrd", await File.ReadAllTextAsync(files.Spec.Initrds[0].Path, Token));
        Assert.StartsWith(disk.MountDirectory, files.ModulesDirectory, StringComparison.Ordinal);
        Assert.EndsWith($"usr/lib/modules/{Release}", files.ModulesDirectory, StringComparison.Ordinal);
        Assert.Equal(2, MountTable.Under(disk.MountDirectory).Count);

        await files.DisposeAsync();
        Assert.Empty(MountTable.Under(disk.MountDirectory));
        Assert.Empty(Directory.GetFileSystemEntries(disk.MountDirectory));
        Assert.All([disk.Partition(1), disk.Partition(2), disk.Partition(3), disk.Path], device => Assert.True(Mount.IsDeviceFree(device)));
        Assert.Equal("0", ExternalProgram.Run("blockdev", ["--getro", disk.Partition(3)]).Text.Trim());
        Assert.Equal(before, disk.Hash());
    }

    [Theory]
    [InlineData("PARTUUID=", "PART_ENTRY_UUID")]
    [InlineData("/dev/disk/by-uuid/", "UUID")]
    [InlineData("/dev/disk/by-label/", "LABEL")]
    [InlineData("", "")]
    public async Task Open_BootOnTheRootFileSystem_FindsRootByItsName(string prefix, string tag)
    {
        using var disk = new LaptopDisk(("ext4", 16), ("ext4", 16));
        ExternalProgram.Run("e2label", [disk.Partition(2), "my root"]);
        var root = tag.Length == 0 ? disk.Partition(2) : prefix + disk.Tag(2, tag).Replace(" ", "\\x20", StringComparison.Ordinal);
        disk.Fill(2, directory =>
        {
            LaptopFiles.FillBoot(Path.Combine(directory, "boot"), "/boot", $"root={root} ro");
            LaptopFiles.FillModules(directory);
        });
        using var source = disk.Source();
        await using var files = await source.OpenAsync(Token);
        Assert.Equal(Release, files.Spec.KernelRelease);
        Assert.NotNull(files.ModulesDirectory);
        Assert.Null(files.ModulesMissing);
    }

    [Theory]
    [InlineData("rw rootflags=subvol=@")]
    [InlineData("rw rootflags=compress=zstd,subvol=/@")]
    public async Task Open_BtrfsSubvolume_IsFoundThroughTheTopLevel(string flags)
    {
        using var disk = new LaptopDisk(("btrfs", 128));
        disk.Fill(1, directory =>
        {
            ExternalProgram.Run("btrfs", ["subvolume", "create", $"{directory}/@"]);
            LaptopFiles.FillBoot($"{directory}/@/boot", "/@/boot", $"root=UUID={disk.Tag(1, "UUID")} {flags}");
            LaptopFiles.FillModules($"{directory}/@");
        });
        var before = disk.Hash();
        using var source = disk.Source();
        var files = await source.OpenAsync(Token);
        Assert.EndsWith("/@/boot/vmlinuz", files.Spec.Kernel.Path, StringComparison.Ordinal);
        Assert.EndsWith($"/usr/lib/modules/{Release}", files.ModulesDirectory, StringComparison.Ordinal);
        await files.DisposeAsync();
        Assert.Equal(before, disk.Hash());
    }

    [Fact]
    public async Task Open_BtrfsDefaultSubvolume_IsTheRoot()
    {
        using var disk = new LaptopDisk(("btrfs", 128));
        disk.Fill(1, directory =>
        {
            ExternalProgram.Run("btrfs", ["subvolume", "create", $"{directory}/snapshot"]);
            ExternalProgram.Run("btrfs", ["subvolume", "set-default", $"{directory}/snapshot"]);
            LaptopFiles.FillBoot($"{directory}/snapshot/boot", "/boot", $"root=UUID={disk.Tag(1, "UUID")}");
            LaptopFiles.FillModules($"{directory}/snapshot");
        });
        using var source = disk.Source();
        await using var files = await source.OpenAsync(Token);
        Assert.NotNull(files.ModulesDirectory);
        Assert.DoesNotContain("/snapshot/", files.Spec.Kernel.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_InterruptedRoot_ChangesNoByte()
    {
        using var disk = new LaptopDisk(("ext4", 32));
        var image = FileSystemCopy(disk);
        using var copy = new Linux.Tests.Mounts.LoopDevice(image);
        var before = Linux.Tests.Mounts.FileSystemImage.Hash(image);
        using var source = disk.Source(disk: copy.Path);
        var files = await source.OpenAsync(Token);
        Assert.NotNull(files.ModulesDirectory);
        await files.DisposeAsync();
        Assert.Equal(before, Linux.Tests.Mounts.FileSystemImage.Hash(image));
    }

    [Fact]
    public async Task Open_PartitionGiven_IsTheOnlyOneLookedAt()
    {
        using var disk = new LaptopDisk(("ext4", 16), ("ext4", 16));
        disk.Fill(1, boot => LaptopFiles.FillBoot(boot, "", "first"));
        disk.Fill(2, boot => LaptopFiles.FillBoot(boot, "", "second"));
        foreach (var name in new[] { disk.Partition(2), $"UUID={disk.Tag(2, "UUID")}", $"PARTUUID={disk.Tag(2, "PART_ENTRY_UUID").ToUpperInvariant()}" })
        {
            using var source = disk.Source(name);
            await using var files = await source.OpenAsync(Token);
            Assert.Equal("second", files.Spec.CommandLine);
        }

        using var any = disk.Source();
        await using var found = await any.OpenAsync(Token);
        Assert.Equal("first", found.Spec.CommandLine);
    }

    [Fact]
    public async Task Open_TwiceAtOnce_EachHasItsOwnMounts()
    {
        using var disk = new LaptopDisk(("ext4", 16));
        disk.Fill(1, boot => LaptopFiles.FillBoot(boot, "", "x"));
        using var source = disk.Source();
        var first = await source.OpenAsync(Token);
        var second = await source.OpenAsync(Token);
        Assert.NotEqual(first.Spec.Kernel.Path, second.Spec.Kernel.Path);
        await second.DisposeAsync();
        Assert.True(File.Exists(first.Spec.Kernel.Path));
        await first.DisposeAsync();
        Assert.True(Mount.IsDeviceFree(disk.Path));
    }

    private static string FileSystemCopy(LaptopDisk disk)
    {
        var image = disk.Image + ".fs";
        Linux.Tests.Mounts.FileSystemImage.Make(image, "ext4");
        Linux.Tests.Mounts.FileSystemImage.Populate(image, disk.Scratch, directory =>
        {
            LaptopFiles.FillBoot(Path.Combine(directory, "boot"), "/boot", "quiet");
            LaptopFiles.FillModules(directory);
        });
        return Linux.Tests.Mounts.FileSystemImage.CopyDirty(image, disk.Scratch);
    }
}
