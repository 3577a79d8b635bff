using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Linux.Mounts;
using Xunit;

namespace Stiefel.BootFiles.Tests.Disk;

/// <summary>Hibernated systems that partition types do not show, and disks that work but are incomplete.</summary>
public sealed class HibernatedSystemTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/swapfile", "")]
    [InlineData("/var/my-swap", "/var/my-swap none swap sw 0 0\n")]
    [InlineData("/var/my-swap", "# swap\n/dev/sda3 none swap sw 0 0\n/data /data ext4 defaults 0 2\n\t/var/my-swap\tnone  swap\tdefaults\n")]
    public async Task Open_SwapFileWithAHibernatedSystem_IsRefusedAndNamed(string path, string fstab)
    {
        using var disk = Laptop(root => WriteSwap(root, path, fstab, "S1SUSPEND\0"));
        using var source = disk.Source();
        var error = await Assert.ThrowsAsync<BootCatalogException>(async () => await source.OpenAsync(Token));
        Assert.StartsWith($"the swap file {path} holds a hibernated system", error.Message, StringComparison.Ordinal);
        Assert.Empty(MountTable.Under(disk.MountDirectory));
        Assert.True(Mount.IsDeviceFree(disk.Path));
    }

    [Theory]
    [InlineData("/swapfile", "", "SWAPSPACE2")]
    [InlineData("/data/file", "/data/file /data auto loop 0 0\n", "S1SUSPEND\0")]
    [InlineData("/elsewhere", "/../../../../elsewhere none swap sw 0 0\n/ none swap\n/etc none swap\n", "SWAPSPACE2")]
    public async Task Open_SwapFileWithoutOne_Boots(string path, string fstab, string signature)
    {
        using var disk = Laptop(root => WriteSwap(root, path, fstab, signature));
        using var source = disk.Source();
        await using var files = await source.OpenAsync(Token);
        Assert.NotNull(files.ModulesDirectory);
    }

    /// <summary>Only the kernel's arguments tell where the swap file is: root is not mounted, or the file is in another subvolume.</summary>
    [Theory]
    [InlineData(100, "resume_offset=100", true)]
    [InlineData(100, "resume_offset=101", false)]
    [InlineData(100, "resume_offset=9223372036854775807", false)]
    [InlineData(100, "resume_offset=100x", false)]
    public async Task Open_ResumeOffsetWithAHibernatedSystem_IsRefused(int page, string argument, bool isRefused)
    {
        using var disk = new LaptopDisk(("ext4", 16), ("", 16));
        disk.Fill(1, boot => LaptopFiles.FillBoot(boot, "", $"root={disk.Partition(2)} resume={disk.Partition(2)} {argument}"));
        await using (var device = new FileStream(disk.Partition(2), FileMode.Open, FileAccess.Write))
        {
            device.Position = ((page + 1) * 4096) - 10;
            device.Write("S1SUSPEND\0"u8);
        }

        using var source = disk.Source();
        if (isRefused)
        {
            var error = await Assert.ThrowsAsync<BootCatalogException>(async () => await source.OpenAsync(Token));
            Assert.Contains($"the swap file on {disk.Partition(2)} (resume_offset=100) holds a hibernated system", error.Message, StringComparison.Ordinal);
        }
        else
        {
            await (await source.OpenAsync(Token)).DisposeAsync();
        }
    }

    [Fact]
    public async Task Open_SwapVolumeWithAHibernatedSystem_IsRefusedAndNamed()
    {
        using var disk = Laptop(_ => { }, "LVM2_member");
        using var swap = new LaptopDisk(("", 16));
        await using (var device = new FileStream(swap.Partition(1), FileMode.Open, FileAccess.Write))
        {
            device.Position = 4096 - 10;
            device.Write("S1SUSPEND\0"u8);
        }

        var tools = new FakeVolumeTools();
        tools.Volumes.Add(new LogicalVolumeTable("vg/swap", [], [disk.Partition(2)], "swap", null));
        tools.Mapped["swap"] = swap.Partition(1);
        disk.MakeLvm(2);
        // Remove the modules, so that the search opens the group to look for them there.
        disk.Fill(1, boot => Directory.Delete(Path.Combine(boot, "usr"), recursive: true));
        using var source = disk.Source(tools: tools);
        var error = await Assert.ThrowsAsync<BootCatalogException>(async () => await source.OpenAsync(Token));
        Assert.StartsWith("vg/swap holds a hibernated system", error.Message, StringComparison.Ordinal);
        Assert.Empty(tools.Open);
    }

    [Fact]
    public async Task Open_GroupWithoutOneOfItsDevices_IsWarnedOf()
    {
        using var disk = Laptop(_ => { }, "LVM2_member");
        disk.MakeLvm(2);
        var tools = new FakeVolumeTools();
        tools.Volumes.Add(new LogicalVolumeTable("vg/data", [], [disk.Partition(2)], null, "a part of vg/data lies on a device that is missing (pv1)", IsIncomplete: true));
        tools.Volumes.Add(new LogicalVolumeTable("vg/thin", [], [disk.Partition(2)], null, "vg/thin has LVM's type thin"));
        using var source = disk.Source(tools: tools);
        await using var files = await source.OpenAsync(Token);
        Assert.Equal(["a part of vg/data lies on a device that is missing (pv1)"], files.Menu.Report.Notes);
    }

    private static LaptopDisk Laptop(Action<string> fillRoot, string second = "")
    {
        var disk = second.Length == 0 ? new LaptopDisk(("ext4", 24)) : new LaptopDisk(("ext4", 24), ("", 16));
        disk.Fill(1, root =>
        {
            LaptopFiles.FillBoot(root, "", $"root={disk.Partition(1)}");
            LaptopFiles.FillModules(root);
            fillRoot(root);
        });
        return disk;
    }

    private static void WriteSwap(string root, string path, string fstab, string signature)
    {
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        File.WriteAllText(Path.Combine(root, "etc/fstab"), fstab);
        var file = root + path;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var page = new byte[8192];
        System.Text.Encoding.ASCII.GetBytes(signature).CopyTo(page, 4096 - 10);
        File.WriteAllBytes(file, page);
    }
}
