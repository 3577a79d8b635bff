using System.Security.Cryptography;
using Stiefel.Cli.Ramdisk;
using Stiefel.EndToEnd.Native;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests `stiefel setup-client-usbdrive` on a computer that runs: with a drive that is pulled out, and beside the loaders of other systems.</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class SetupOnDebianTests(MachineParts parts)
{
    private const string SetUp = $"{RunningDebian.HandedIn}/stiefel setup-client-usbdrive --ramdisk {RunningDebian.HandedIn}";
    private const string Serial = "4C530001230908114091";
    private const string OldSystem = "what was on the drive before";
    private const long DriveSize = 512L << 20;
    private const int FatSectors = 640 << 11;

    // Sets $drive to the drive's device, which has another name after it was pulled out in use.
    private const string FindDrive = $"until drive=$(lsblk -rdno PATH,SERIAL | grep {Serial} | cut -d ' ' -f 1) && [ -b \"$drive\" ]; do sleep 0.2; done";

    private static readonly TimeSpan s_writing = TimeLimits.Seconds(300);

    private static readonly (string Path, int Size)[] s_others =
    [
        ("EFI/Microsoft/Boot/bootmgfw.efi", 1_600_000), ("EFI/Microsoft/Boot/BCD", 24_576), ("EFI/Microsoft/Recovery/BCD", 24_576), ("EFI/BOOT/BOOTX64.EFI", 960_000),
        ("EFI/debian/shimx64.efi", 960_000), ("EFI/debian/grubx64.efi", 2_600_000), ("EFI/debian/grub.cfg", 120), ("loader/entries/other.conf", 200),
    ];

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drive_PulledOutWhileItIsWritten_StartsNothingAndIsCalledUnfinished()
    {
        var made = await parts.RunningDebianDiskAsync();
        await parts.PlayAsync("pulled-stick", async run =>
        {
            var drive = Path.Combine(run.WorkDirectory, "drive.img");
            await MakeDriveAsync(drive);
            await using (var debian = await StartAsync(run, made))
            {
                await debian.Machine.PlugStickAsync(drive, Serial, _token);
                await debian.Shell.RunAsync(FindDrive, _token);
                await debian.Shell.StartAsync($"{{ {SetUp} --key {RunningDebian.HandedIn}/stick.key --erase {Serial} $drive; echo \"ended with $?\"; }} 2>&1 | tee /run/said", _token);
                await debian.Machine.Console.WaitForAsync("write: ", s_writing, _token);
                await debian.Machine.PullStickAsync(_token);
                await debian.Machine.Console.WaitForAsync("ended with ", s_writing, _token);
                var said = await debian.Shell.RunAsync("cat /run/said", _token);
                Assert.Contains("the stick is unfinished and does not start: write it again, or use another one", said, StringComparison.Ordinal);
                Assert.EndsWith("ended with 1", said, StringComparison.Ordinal);

                await debian.Machine.PlugStickAsync(drive, Serial, _token);
                await debian.Shell.RunAsync(FindDrive, _token);
                var next = await debian.Shell.TryRunAsync($"{SetUp} $drive", _token);
                Assert.Equal(3, next.ExitCode);
                Assert.Contains("an earlier run did not finish writing this stick", next.Text, StringComparison.Ordinal);
                Assert.Contains($"if that is intended, use --erase {Serial}", next.Text, StringComparison.Ordinal);
            }

            Assert.NotEqual((0x55, 0xAA), await SignatureAsync(drive));
            await IsPassedOverAsync(run, drive);
        });
    }

    [Fact]
    public async Task SystemPartition_OfWindowsAndDebian_IsAsBeforeBesidesStiefelsDirectory()
    {
        var made = await parts.RunningDebianDiskAsync();
        await parts.PlayAsync("into-esp", async run =>
        {
            var esp = Path.Combine(run.WorkDirectory, "esp.img");
            await MakeSystemPartitionAsync(run, esp);
            await using var debian = await StartAsync(run, made);
            await debian.Machine.PlugStickAsync(esp, Serial, _token);
            var shell = debian.Shell;
            await shell.RunAsync($"{FindDrive}; mkdir -p /boot/efi && mount -t vfat $drive /boot/efi && cd /boot/efi", _token);
            // Content, size, time of the last change and attributes of all files.
            const string List = "find . -path ./EFI/STIEFELC -prune -o -type f -exec sha256sum {} + | sort; find . -path ./EFI/STIEFELC -prune -o -type f -printf '%p %s %t %m\\n' | sort";
            await shell.RunAsync($"{{ {List}; }} >/run/before && [ $(wc -l </run/before) = {2 * s_others.Length} ]", _token);

            await shell.RunAsync($"cd / && {SetUp} --into-esp /boot/efi --key {RunningDebian.HandedIn}/stick.key && cd /boot/efi", _token, s_writing);
            await shell.RunAsync($"{{ {List}; }} >/run/after && cmp /run/before /run/after && [ -s EFI/STIEFELC/SHIMX64.EFI ] && [ -s EFI/STIEFELC/KEY.IMG ]", _token);

            await shell.RunAsync($"cd / && {SetUp} --into-esp /boot/efi --undo && umount /boot/efi && mount -t vfat $drive /boot/efi && cd /boot/efi", _token, s_writing);
            await shell.RunAsync($"{{ {List}; }} >/run/undone && cmp /run/before /run/undone && ! [ -e EFI/STIEFELC ]", _token);
        });
    }

    /// <summary>Checks that UEFI passes over the drive, which is its first, and starts the computer's own system.</summary>
    private async Task IsPassedOverAsync(MachineRun run, string drive)
    {
        var own = await OwnSystemDisk.MakeAsync(run, new Startup.Uefi(), _token);
        await using var machine = await run.StartAsync("uefi", new Startup.Uefi(), [new VirtualDisk(drive, DiskBus.Usb), own], run.LaptopEnd, _token);
        await machine.Console.WaitForAsync(OwnSystemDisk.Says, TimeLimits.FirmwareStart, _token);
        var log = await File.ReadAllTextAsync(Path.Combine(run.LogDirectory, "uefi.console.log"), _token);
        Assert.DoesNotContain(OldSystem, log, StringComparison.Ordinal);
        Assert.DoesNotContain("Boot the system of the laptop", log, StringComparison.Ordinal);
    }

    /// <summary>The last two bytes of sector 0. BIOS starts no disk without its signature there; SeaBIOS then tries no other hard disk, so a machine would show nothing.</summary>
    private async Task<(int, int)> SignatureAsync(string drive)
    {
        var sector = new byte[512];
        await using var disk = File.OpenRead(drive);
        await disk.ReadExactlyAsync(sector, _token);
        return (sector[510], sector[511]);
    }

    private Task<RunningDebian> StartAsync(MachineRun run, string made) => RunningDebian.StartAsync(
        run, made, run.LaptopEnd, directory =>
        {
            File.Copy(NativeProcess.Binary("stiefel"), Path.Combine(directory, "stiefel"));
            File.Copy(parts.NewKey("stick"), Path.Combine(directory, "stick.key"));
            var ramdisk = new RamdiskImage(Path.GetDirectoryName(run.Ramdisk.Kernel)!);
            foreach (var file in (string[])[ramdisk.Kernel, ramdisk.Initrd, ramdisk.Manifest])
            {
                File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
            }

            return Task.CompletedTask;
        },
        _token);

    /// <summary>Makes a drive from which BIOS starts another program.</summary>
    private async Task MakeDriveAsync(string path)
    {
        await using var drive = File.Create(path);
        drive.SetLength(DriveSize);
        await drive.WriteAsync(OwnSystemDisk.BootSector(OldSystem), _token);
    }

    private async Task MakeSystemPartitionAsync(MachineRun run, string image)
    {
        await ExternalProgram.RunAsync("mformat", ["-C", "-F", "-i", image, "-T", $"{FatSectors}", "::"], token: _token);
        foreach (var directory in s_others.SelectMany(file => Parents(file.Path)).Distinct())
        {
            await ExternalProgram.RunAsync("mmd", ["-i", image, $"::/{directory}"], token: _token);
        }

        foreach (var (path, size) in s_others)
        {
            var content = Path.Combine(run.WorkDirectory, "other");
            await File.WriteAllBytesAsync(content, RandomNumberGenerator.GetBytes(size), _token);
            await ExternalProgram.RunAsync("mcopy", ["-i", image, content, $"::/{path}"], token: _token);
        }
    }

    private static IEnumerable<string> Parents(string path) => path.Select((letter, at) => letter == '/' ? path[..at] : "").Where(parent => parent.Length > 0);
}
