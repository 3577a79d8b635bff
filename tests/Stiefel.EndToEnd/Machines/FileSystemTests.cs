using System.Globalization;
using Stiefel.Cli.Vm;
using Stiefel.Cli.Vm.Consoles;
using Stiefel.Cli.Vm.Scenarios;
using Stiefel.Linux.Programs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>What the kernel's own NBD client does with an empty partition of the laptop's disk.</summary>
[Trait("Needs", "machines")]
[Collection(OneServingLaptop.Name)]
public sealed class FileSystemTests(ServingLaptop serving)
{
    private const long MiB = 1 << 20;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    private string Partition => $"/dev/nbd0p{serving.Disk.SparePartition}";

    [Fact]
    public Task Desktop_OwnFileSystemsTrimAndDiscard_AreKeptAndReachTheLaptopsDisk() => MachineParts.RunAsync(serving.Stage, async () =>
    {
        await using Desktop desktop = await Desktop.StartAsync(serving.Stage, "file-systems", DesktopStart.Direct, serving.KeyFile, _token);
        ConsoleShell shell = await desktop.LogInAsync(_token);
        await KeepFilesAsync(shell, "ext4", "mkfs.ext4 -q -F", "e2fsck -f -n");
        await KeepFilesAsync(shell, "xfs", "mkfs.xfs -q -f", "xfs_repair -n");
        await KeepFilesAsync(shell, "btrfs", "mkfs.btrfs -q -f", "btrfs check");
        await DiscardAsync(shell);
        await PayloadChecks.NoDiskErrorAsync(shell, _token);
        await desktop.PowerOffAsync(shell, _token);
        await DiskChecks.CleanAsync(serving.Image, serving.Disk.RootPartition, _token);
        return true;
    });

    /// <summary>Makes the file system, fills it, trims it, and finds the same files after all caches were dropped.</summary>
    private async Task KeepFilesAsync(ConsoleShell shell, string type, string make, string check) => await shell.RunAsync(
        $$"""
        ( set -e; {{make}} {{Partition}}; mkdir -p /mnt/spare; mount -t {{type}} {{Partition}} /mnt/spare; cd /mnt/spare
        dd if=/dev/urandom of=blob bs=1M count=24 conv=fsync status=none; cp -r /usr/lib/systemd .; cp blob gone; sync; rm gone
        find . -type f -exec sha256sum {} + >/root/sums; fstrim /mnt/spare
        cd /; umount /mnt/spare; echo 3 >/proc/sys/vm/drop_caches; mount -t {{type}} {{Partition}} /mnt/spare
        cd /mnt/spare; sha256sum -c --quiet /root/sums; fstrim /mnt/spare; cd /; umount /mnt/spare; {{check}} {{Partition}} >/root/check 2>&1 )
        """, _token, TimeLimits.Seconds(300));

    /// <summary>Zeroes are zeroes, and what is discarded takes no room on the laptop.</summary>
    private async Task DiscardAsync(ConsoleShell shell)
    {
        await shell.RunAsync($"dd if=/dev/urandom of={Partition} bs=1M count=96 conv=fsync status=none", _token);
        long before = await AllocatedAsync();
        await shell.RunAsync($"blkdiscard -f -z -o 1048576 -l 16777216 {Partition} && cmp -n 16777216 -i 1048576:0 {Partition} /dev/zero", _token);
        await shell.RunAsync($"blkdiscard -f {Partition}", _token);
        long freed = before - await AllocatedAsync();
        Assert.True(freed > 64 * MiB, $"discarding 96 MiB freed {freed / MiB} MiB of the laptop's disk image");
    }

    private async Task<long> AllocatedAsync() => 512 * long.Parse(
        (await ExternalProgram.RunAsync("stat", ["-c", "%b", serving.Image.Path], token: _token)).Text.Trim(), CultureInfo.InvariantCulture);
}
