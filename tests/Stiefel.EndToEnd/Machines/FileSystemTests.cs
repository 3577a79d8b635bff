using System.Globalization;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests file systems, discards and a slow cable on an empty partition of the laptop's disk, through the kernel's own NBD client.</summary>
[Trait("Needs", "machines")]
public sealed class FileSystemTests(MachineParts parts) : PayloadScenario(parts)
{
    private const long MiB = 1 << 20;
    private const string Messages = "dmesg | grep -e 'timed out' -e 'connection to the laptop' || true";

    private static readonly TimeSpan s_patient = TimeLimits.Seconds(300);

    private string _partition = "";
    private string _image = "";

    [Fact]
    public Task Desktop_OwnFileSystemsTrimAndDiscard_AreKeptAndReachTheLaptopsDisk() => PlayAsync("file-systems", async (_, payload) =>
    {
        var disk = (await Parts.StationsAsync()).Disk;
        (_partition, _image) = ($"/dev/nbd0p{disk.SparePartition}", payload.Laptop.Machine.Options.Disks[0].Path);
        var shell = payload.Shell;
        await KeepFilesAsync(shell, "ext4", "mkfs.ext4 -q -F", "e2fsck -f -n");
        await KeepFilesAsync(shell, "xfs", "mkfs.xfs -q -f", "xfs_repair -n");
        await KeepFilesAsync(shell, "btrfs", "mkfs.btrfs -q -f", "btrfs check");
        await DiscardAsync(shell);
        await SlowCableAsync(shell);
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await payload.Desktop.PowerOffAsync(shell, Token);
    });

    /// <summary>Makes the file system, fills it, trims it, and checks the files after all caches were dropped.</summary>
    private async Task KeepFilesAsync(ConsoleShell shell, string type, string make, string check) => await shell.RunAsync(
        $$"""
        ( set -e; {{make}} {{_partition}}; mkdir -p /mnt/spare; mount -t {{type}} {{_partition}} /mnt/spare; cd /mnt/spare
        dd if=/dev/urandom of=blob bs=1M count=24 conv=fsync status=none; cp -r /usr/lib/systemd .; cp blob gone; sync; rm gone
        find . -type f -exec sha256sum {} + >/root/sums; fstrim /mnt/spare
        cd /; umount /mnt/spare; echo 3 >/proc/sys/vm/drop_caches; mount -t {{type}} {{_partition}} /mnt/spare
        cd /mnt/spare; sha256sum -c --quiet /root/sums; fstrim /mnt/spare; cd /; umount /mnt/spare; {{check}} {{_partition}} >/root/check 2>&1 )
        """, Token, s_patient);

    /// <summary>Checks that zeroed blocks read as zeroes, and that discarded blocks take no space on the laptop.</summary>
    private async Task DiscardAsync(ConsoleShell shell)
    {
        await shell.RunAsync($"dd if=/dev/urandom of={_partition} bs=1M count=96 conv=fsync status=none", Token, s_patient);
        var before = await AllocatedAsync();
        await shell.RunAsync($"blkdiscard -f -z -o 1048576 -l 16777216 {_partition} && cmp -n 16777216 -i 1048576:0 {_partition} /dev/zero", Token);
        await shell.RunAsync($"blkdiscard -f {_partition}", Token);
        var freed = before - await AllocatedAsync();
        Assert.True(freed > 64 * MiB, $"discarding 96 MiB freed {freed / MiB} MiB of the laptop's disk image");
    }

    /// <summary>
    /// Uses a cable on which a full queue of the smallest requests takes 8 s, while the kernel waits for 5 s: all data arrives unharmed, and
    /// the kernel soon waits long enough not to end working connections.
    /// </summary>
    private async Task SlowCableAsync(ConsoleShell shell)
    {
        await shell.RunAsync("dd if=/dev/urandom of=/dev/shm/new bs=96k count=16 status=none", Token);
        await SlowDownAsync(shell, 1);
        await shell.RunAsync(AllAtOnce($"if=/dev/shm/new of={_partition} oflag=direct skip=$i seek=$i"), Token, s_patient);
        var heard = await shell.RunAsync(Messages, Token);
        var isCalm = false;
        for (var round = 0; round < 5 && !isCalm; round++)
        {
            await shell.RunAsync("dmesg -C", Token);
            await shell.RunAsync(AllAtOnce($"if={_partition} of=/dev/shm/part.$i iflag=direct skip=$i"), Token, s_patient);
            await shell.RunAsync("cat /dev/shm/part.* | cmp - /dev/shm/new", Token);
            var now = await shell.RunAsync(Messages, Token);
            isCalm = now.Length == 0;
            heard += now;
        }

        // Prove that the cable was slow enough for this test to mean anything.
        Assert.Contains("its answers may take", heard, StringComparison.Ordinal);
        Assert.True(isCalm, "the kernel ends working connections on a slow cable again and again");
        await SpeedUpAsync(shell);
        await shell.RunAsync("rm /dev/shm/new /dev/shm/part.*", Token);
    }

    /// <summary>Copies 1.5 MiB in 16 parts at the same time.</summary>
    private static string AllAtOnce(string copy) => $"( set -e; for i in $(seq -w 0 15); do dd {copy} bs=96k count=1 conv=notrunc status=none & done; wait )";

    private async Task<long> AllocatedAsync() => 512 * long.Parse(
        (await ExternalProgram.RunAsync("stat", ["-c", "%b", _image], token: Token)).Text.Trim(), CultureInfo.InvariantCulture);
}
