using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests laptops with other Debians than those of the other tests: Debian 13 with each maker of an initramfs, and a BIOS laptop with extlinux, a root in a
/// btrfs subvolume and dracut. Each boots on a desktop, writes, and ends cleanly.
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class DebianLaptopsTests(MachineParts parts)
{
    private const string FileName = "/root/written-on-the-desktop", Written = "on another Debian";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(InitramfsMaker.InitramfsTools, BootLayout.InRoot)]
    [InlineData(InitramfsMaker.Dracut, BootLayout.Separate)]
    public async Task Desktop_OfDebian13_BootsItAndLeavesACleanDisk(InitramfsMaker maker, BootLayout layout)
    {
        var disk = await parts.TrixieDiskAsync(maker, layout);
        await parts.PlayAsync($"debian-13-{maker}", async run =>
        {
            var image = await disk.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
            await BootAsync(run, image.Path, async shell =>
            {
                await PayloadChecks.RootAsync(shell, _token);
                await shell.RunAsync("grep -x VERSION_CODENAME=trixie /etc/os-release", _token);
            });
            await DiskChecks.FileAsync(image, disk.RootPartition, FileName, Written, _token);
            await DiskChecks.CleanAsync(image, disk.RootPartition, _token);
        });
    }

    [Fact]
    public async Task Desktop_OfExtlinuxOnBtrfs_BootsTheDefaultEntryAndLeavesACleanDisk()
    {
        var made = await ExtlinuxDisk.OnBtrfs.GetAsync(new BuildCache(), text => TestContext.Current.SendDiagnosticMessage(text), _token);
        await parts.PlayAsync("extlinux-btrfs", async run =>
        {
            var image = new DiskImage(Path.Combine(run.WorkDirectory, "laptop.img"));
            await DiskCopy.MakeAsync(made, image.Path, _token);
            await BootAsync(run, image.Path, async shell =>
            {
                Assert.Equal("/dev/nbd0p1[/@] btrfs", await shell.RunAsync("findmnt -rno SOURCE,FSTYPE /", _token));
                Assert.Contains(ExtlinuxDisk.OnBtrfs.CommandLine(ExtlinuxDisk.Configured), await shell.RunAsync("cat /proc/cmdline", _token), StringComparison.Ordinal);
            });
            await image.UseAsync(1, device => ExternalProgram.RunAsync("btrfs", ["check", "--readonly", device], token: _token), _token);
        });
    }

    /// <summary>Boots a desktop from the disk, uses its system and shuts it down; returns when no machine has the image any more.</summary>
    private async Task BootAsync(MachineRun run, string image, Func<ConsoleShell, Task> lookAsync)
    {
        var key = parts.NewKey("stick");
        await using var laptop = await RamdiskLaptop.StartAsync(run, [new VirtualDisk(image)], key, _token, "stiefel.Return.OnCleanEnd=wait");
        await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token);
        var shell = await desktop.LogInAsync(_token);
        await lookAsync(shell);
        await PayloadChecks.WriteAsync(shell, FileName, Written, _token);
        await PayloadChecks.NoSecretAsync(shell, await File.ReadAllBytesAsync(key, _token), _token);
        await shell.RunAsync($"echo 3 >/proc/sys/vm/drop_caches; grep -x '{Written}' {FileName}", _token);
        await PayloadChecks.NoErrorInLogAsync(shell, _token);
        await desktop.PowerOffAsync(shell, _token);
        await laptop.Console.WaitForAsync(" ended cleanly: all that it wrote is on the medium, and the disk is free", TimeLimits.PowerOff, _token);
    }
}
