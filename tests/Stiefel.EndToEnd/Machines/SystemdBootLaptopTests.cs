using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests a UEFI laptop whose systemd-boot starts a unified image: first the one that loader.conf names, then, after `bootctl set-default`, the one that is
/// recorded in the firmware. The desktop must boot the same image from the EFI System partition.
/// </summary>
[Trait("Needs", "long")]
public sealed class SystemdBootLaptopTests(MachineParts parts)
{
    // The variable that bootctl writes: the attributes, 7 for one that lasts, and the entry's id in UCS-2.
    private const string Variable = "/sys/firmware/efi/efivars/LoaderEntryDefault-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Desktop_OfALaptopWithSystemdBoot_BootsTheImageThatTheLaptopBoots()
    {
        var image = await SystemdBootDisk.GetAsync(new BuildCache(), text => TestContext.Current.SendDiagnosticMessage(text), _token);
        await parts.PlayAsync("systemd-boot-laptop", async run =>
        {
            var disk = Path.Combine(run.WorkDirectory, "laptop.img");
            await DiskCopy.MakeAsync(image, disk, _token);
            var key = parts.NewKey("stick");
            var handIn = await HandInDisk.MakeAsync(
                run,
                directory =>
                {
                    File.Copy(run.Ramdisk.Kernel, Path.Combine(directory, "vmlinuz"));
                    return KeyedInitrd.WriteAsync(run.Ramdisk.Initrd, Path.Combine(directory, "initrd.img"), key, [], _token);
                },
                _token);
            await using var laptop = await run.StartAsync(Laptop.Name, new Startup.Uefi(), [new VirtualDisk(disk), handIn], run.LaptopEnd, _token, endsOnReset: false);
            await ServeAsync(laptop);
            await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token);
            var shell = await desktop.LogInAsync(_token);
            Assert.Contains(SystemdBootDisk.CommandLine(SystemdBootDisk.Newest), await shell.RunAsync("cat /proc/cmdline", _token), StringComparison.Ordinal);
            Assert.Equal("/dev/nbd0p2", (await shell.RunAsync("findmnt -rno SOURCE /", _token)).Trim());
            await desktop.PowerOffAsync(shell, _token);
        });
    }

    /// <summary>Starts the laptop's own loader twice, then enters the ramdisk, which can still read the firmware's variables.</summary>
    private async Task ServeAsync(VirtualMachine laptop)
    {
        var shell = await LogInAsync(laptop, SystemdBootDisk.Configured);
        var value = string.Concat($"{SystemdBootDisk.NewestId}\0".Select(c => $@"\{Convert.ToString(c, 8)}\000"));
        await shell.RunAsync($@"printf '\007\000\000\000{value}' >{Variable}", _token);
        await shell.StartAsync("reboot", _token);
        shell = await LogInAsync(laptop, SystemdBootDisk.Newest);
        await shell.RunAsync("mount -o ro /dev/vdb /mnt", _token);
        var load = $"kexec -l /mnt/vmlinuz --initrd=/mnt/initrd.img --command-line='stiefel_role=server stiefel_bootdisk=/dev/vda {MachineRun.KernelArguments} stiefel.Return.OnCleanEnd=wait'";
        await shell.RunAsync($"{load} -s || {load}", _token);
        await shell.RunAsync("umount /mnt", _token);
        await shell.StartAsync("systemctl kexec", _token);
        await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.PowerOff + TimeLimits.ServerStart, _token);
    }

    private async Task<ConsoleShell> LogInAsync(VirtualMachine laptop, string image)
    {
        var shell = await ConsoleShell.LogInAsync(Laptop.Name, laptop.Console, "root", DebianTree.RootPassword, TimeLimits.FirmwareStart + TimeLimits.Login, _token);
        Assert.Contains(SystemdBootDisk.CommandLine(image), await shell.RunAsync("cat /proc/cmdline", _token), StringComparison.Ordinal);
        return shell;
    }
}
