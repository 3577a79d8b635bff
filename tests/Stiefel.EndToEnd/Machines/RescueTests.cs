using System.Security.Cryptography;
using Stiefel.EndToEnd.Native;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests the laptop's disk on a computer that runs: read without a change, repaired, and in the end booted from there. The laptop serves from its ramdisk,
/// and there is LVM on its disk, which that computer would activate by itself.
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class RescueTests(MachineParts parts)
{
    private const string Client = $"{RunningDebian.HandedIn}/stiefel-client";
    private const string Key = $"--key {RunningDebian.HandedIn}/stick.key";
    private const string Rules = "/run/udev/rules.d";
    private const string Group = "laptop", Volume = "data";

    // The first extent of a volume group is one mebibyte behind the start of its partition (man 5 lvm.conf, default_data_alignment).
    private const long FirstExtent = 1 << 20;

    private const string FileName = "/root/written-on-the-workshop", Written = "by way of the workshop";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunningDebian_WithUdisksAndLvm_ReadsRepairsAndLeavesForTheLaptopsSystem()
    {
        var disk = await parts.DiskAsync(InitramfsMaker.InitramfsTools);
        var debianDisk = await parts.RunningDebianDiskAsync();
        await parts.PlayAsync("rescue", async run =>
        {
            var image = await disk.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
            await PutVolumeAsync(image, disk.SparePartition);
            await DamageAsync(image, disk.RootPartition);
            var before = await HashAsync(image.Path);
            var key = parts.NewKey("stick");
            DiskImage own;
            await using (await RamdiskLaptop.StartAsync(run, [new VirtualDisk(image.Path)], key, _token, "stiefel.Return.OnCleanEnd=wait"))
            {
                await using var debian = await RunningDebian.StartAsync(run, debianDisk, run.DesktopEnd, directory => FillAsync(directory, key), _token);
                own = debian.Disk;
                await ReadAsync(debian.Shell, disk);
                Assert.Equal(before, await HashAsync(image.Path));
                await RepairAsync(debian.Shell, disk);
                Assert.Null(await image.CheckAsync(disk.RootPartition, _token));
                await LeaveAsync(debian);
            }

            await DiskChecks.CleanAsync(own, 1, _token);
            await DiskChecks.CleanAsync(image, disk.RootPartition, _token);
            await DiskChecks.FileAsync(image, disk.RootPartition, FileName, Written, _token);
        });
    }

    /// <summary>Makes a volume group with a file system in the empty partition, without the kernel's device-mapper, which this machine may not have.</summary>
    private Task PutVolumeAsync(DiskImage image, int partition) => image.UseAsync(
        partition,
        async loop =>
        {
            string[] quiet = ["--driverloaded", "n", "--config", $$"""devices { use_devicesfile=0 obtain_device_list_from_udev=0 filter=["a|^{{loop}}$|","r|.*|"] } backup { backup=0 archive=0 }"""];
            await ExternalProgram.RunAsync("pvcreate", [.. quiet, loop], token: _token);
            await ExternalProgram.RunAsync("vgcreate", [.. quiet, Group, loop], token: _token);
            await ExternalProgram.RunAsync("lvcreate", [.. quiet, "-an", "-Zn", "-Wn", "-n", Volume, "-L", "64M", Group], token: _token);
            await ExternalProgram.RunAsync("mke2fs", ["-q", "-F", "-t", "ext4", "-b", "4096", "-E", $"offset={FirstExtent}", loop, "16384"], token: _token);
        },
        _token);

    /// <summary>Makes an error that e2fsck corrects and nothing else minds: a wrong number of names.</summary>
    private Task DamageAsync(DiskImage image, int partition) => image.UseAsync(
        partition, loop => ExternalProgram.RunAsync("debugfs", ["-w", "-R", "set_inode_field /etc/fstab links_count 3", loop], token: _token), _token);

    private async Task ReadAsync(ConsoleShell shell, LaptopDisk disk)
    {
        await shell.RunAsync("systemctl start udisks2; for card in /sys/class/net/e*; do ip link set ${card##*/} up; done", _token);
        Assert.Matches("/dev/nbd0, the disk of .*, read-only", await AttachAsync(shell, ""));
        await IsLeftAloneAsync(shell);
        await KillAgentAsync(shell);
        await shell.RunAsync("[ $(blockdev --getro /dev/nbd0) = 1 ] && ! dd if=/dev/zero of=/dev/nbd0 bs=4096 count=1 oflag=direct 2>/dev/null", _token);

        await shell.RunAsync($"mount -o ro,noload /dev/nbd0p{disk.RootPartition} /media && grep -q laptop /media/etc/hostname", _token);
        await IsRefusedAsync(shell, "/media");
        await shell.RunAsync($"umount /media && vgchange -q -ay {Group} && udevadm settle && mount -o ro,noload /dev/{Group}/{Volume} /media", _token);
        await IsRefusedAsync(shell, "/media");
        await shell.RunAsync("umount /media", _token);
        await IsRefusedAsync(shell, "dm-0");
        await shell.RunAsync($"vgchange -q -an {Group}", _token);

        // Without the rule, this system does activate the volume and offer the disk: only the rule keeps it from that.
        await shell.RunAsync($"rm {Rules}/00-stiefel-nbd0.rules && udevadm control --reload && udevadm trigger --settle --action=add --sysname-match='nbd0*'", _token);
        await shell.RunAsync($"until [ -e /dev/{Group}/{Volume} ] && udisksctl info -b /dev/nbd0p{disk.RootPartition} | grep 'HintIgnore: *false'; do sleep 0.5; done", _token);
        await shell.RunAsync($"vgchange -q -an {Group}", _token);
        await shell.RunAsync($"{Client} detach", _token);
    }

    /// <summary>Checks that the volume is not active, that udisks does not offer the disk, and that no name leads to its file systems.</summary>
    private async Task IsLeftAloneAsync(ConsoleShell shell)
    {
        // LVM and udisks act on events in their own time.
        await shell.RunAsync($"ls {Rules}/00-stiefel-nbd0.rules && udevadm settle && systemctl is-active udisks2 && sleep 5", _token);
        Assert.Contains("No devices found", await shell.RunAsync("dmsetup ls", _token), StringComparison.Ordinal);
        await shell.RunAsync("! { for part in /dev/nbd0p*; do udisksctl info -b $part; done 2>/dev/null | grep 'HintIgnore: *false'; }", _token);
        await shell.RunAsync("! find /dev/disk -lname '*/nbd0*' | grep .", _token);
    }

    /// <summary>Kills the agent, and the disk's connection afterwards: the stand-by makes the next one. It also answers what follows here.</summary>
    private Task<string> KillAgentAsync(ConsoleShell shell) => shell.RunAsync(
        """
        until pgrep -x stiefel-standby; do sleep 0.1; done; p=$(pgrep -x stiefel-agent) && kill -9 $p
        until [ -n "$(pgrep -x stiefel-agent)" ] && [ "$(pgrep -x stiefel-agent)" != $p ]; do sleep 0.1; done
        ss -K dport = :10809 && dd if=/dev/nbd0 of=/dev/null bs=1M count=1 iflag=direct && until pgrep -x stiefel-standby; do sleep 0.1; done
        """, _token, TimeLimits.Command * 2);

    private async Task RepairAsync(ConsoleShell shell, LaptopDisk disk)
    {
        var root = $"/dev/nbd0p{disk.RootPartition}";
        Assert.Matches("/dev/nbd0, the disk of .*, WRITABLE", await AttachAsync(shell, "--write"));
        await IsLeftAloneAsync(shell);
        await shell.RunAsync($"e2fsck -f -n {root} >/run/fsck-said 2>&1; [ $? = 4 ] && grep -q 'ref count is 3, should be 1' /run/fsck-said", _token);
        // Exit code 1: errors were corrected, man 8 e2fsck.
        await shell.RunAsync($"e2fsck -f -y {root} >/run/fsck-said 2>&1; [ $? = 1 ] && e2fsck -f -n {root}", _token);
        Assert.Contains("is detached, and the laptop has its disk back", await shell.RunAsync($"{Client} detach", _token), StringComparison.Ordinal);
        await shell.RunAsync($"! ls {Rules} | grep stiefel && ! ip link show stiefeltunnel && ! pgrep -f 'stiefel-agent|stiefel-standby'", _token);
    }

    /// <summary>Leaves for the laptop's system, whose login prompt follows on the same console, and ends it in order.</summary>
    private async Task LeaveAsync(RunningDebian debian)
    {
        await debian.Shell.StartAsync($"{Client} boot {Key}", _token);
        await using var desktop = Desktop.TakenUp(debian.Machine);
        await desktop.WaitForPhaseAsync("leaving", TimeLimits.Fetch, _token);
        var payload = await desktop.LogInToPayloadAsync(_token);
        Assert.Equal($"{DebianTree.HostName} login:", payload.LoginPrompt);
        await PayloadChecks.RootAsync(payload, _token);
        await PayloadChecks.WriteAsync(payload, FileName, Written, _token);
        await PayloadChecks.NoDiskErrorAsync(payload, _token);
        await desktop.PowerOffAsync(payload, _token);
    }

    private Task<string> AttachAsync(ConsoleShell shell, string how) => shell.RunAsync($"{Client} attach {Key} {how}", _token);

    private async Task IsRefusedAsync(ConsoleShell shell, string user)
    {
        var refused = await shell.TryRunAsync($"{Client} detach", _token);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("/dev/nbd0 is still in use and was not detached", refused.Text, StringComparison.Ordinal);
        Assert.Contains(user, refused.Text, StringComparison.Ordinal);
    }

    private static Task FillAsync(string directory, string key)
    {
        foreach (var program in (string[])["stiefel-client", "stiefel-attach"])
        {
            File.Copy(NativeProcess.Binary(program), Path.Combine(directory, program));
        }

        File.Copy(key, Path.Combine(directory, "stick.key"));
        return Task.CompletedTask;
    }

    private async Task<string> HashAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, _token));
    }
}
