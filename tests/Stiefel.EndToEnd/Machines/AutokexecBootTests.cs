using System.Text;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests the whole story of a laptop in use, set up by our package: a desktop (a BIOS machine started from its stick) calls it, its users are warned, it leaves
/// its own system by itself, the desktop boots from it, and afterwards the laptop starts by UEFI and its own GRUB to its own prompt.
/// </summary>
[Trait("Needs", "machines")]
public sealed class AutokexecBootTests(MachineParts parts)
{
    private const string UnsavedWork = "/root/written-just-before";
    private const string LaterWork = "/root/written-on-the-desktop";
    private const string Content = "content-7b3f19c05ad24e86-of-the-laptops-disk";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Call_WhileTheLaptopIsInUse_WarnsLeavesCleanlyAndBootsTheDesktopOverASecretCable() => parts.PlayAsync("autokexec-boot", async run =>
    {
        var stations = await parts.StationsAsync();
        VirtualDisk own;
        await using (var laptop = await stations.TakeUpOwnSystemAsync(run, _token))
        {
            own = laptop.Machine.Options.Disks[0];
            await CallAsync(run, laptop.Machine, laptop.Shell);
            await laptop.Machine.Console.WaitForAsync("stiefel: phase leaving (reboot)", TimeLimits.PowerOff, _token);
            await laptop.Machine.WaitForEndAsync(TimeLimits.PowerOff, _token);
        }

        var disk = await KeptImage.ReadAsync(own.Path, Path.Combine(run.WorkDirectory, "after.img"), _token);
        await DiskChecks.FileAsync(disk, stations.Disk.RootPartition, LaterWork, Content, _token);
        await DiskChecks.CleanAsync(disk, stations.Disk.RootPartition, _token);

        // A machine from a station ends where it would restart. Start it anew from the same disk.
        await using var home = await run.StartAsync("laptop-home", new Startup.Uefi(), [own], run.LaptopEnd, _token);
        await AtHomeAsync(home);
    });

    private async Task AtHomeAsync(VirtualMachine home)
    {
        var shell = await ConsoleShell.LogInAsync(home.Name, home.Console, "root", DebianTree.RootPassword, TimeLimits.FirmwareStart + TimeLimits.Login, _token);
        var arguments = await shell.RunAsync($"[ -d /sys/firmware/efi ] && findmnt -no SOURCE / | grep -q ^/dev/vda && grep -q {Content} {LaterWork} && cat /proc/cmdline", _token);
        Assert.Contains("BOOT_IMAGE=/boot/vmlinuz-", arguments, StringComparison.Ordinal);
        Assert.DoesNotContain("stiefel", arguments, StringComparison.Ordinal);
        await shell.RunAsync("systemctl is-active stiefel-autokexec", _token);
    }

    private async Task CallAsync(MachineRun run, VirtualMachine laptop, ConsoleShell own)
    {
        var key = parts.NewKey("stick");
        var root = (await own.RunAsync("findmnt -no UUID /", _token)).Trim();
        var stick = await PackagedLaptop.MakeStickAsync(run, key, directory => OwnBootLoader.MakeAsync(directory, root, _token), _token);
        await laptop.PlugStickAsync(stick.Path, _token);
        await ListenAsync(own);

        var recording = Path.Combine(run.WorkDirectory, "cable.pcap");
        await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Bios, key, _token, recording);
        await laptop.Console.WaitForAsync("a desktop with the key stick calls for this laptop's disk: everything will be", TimeLimits.FirmwareStart, _token);
        await laptop.Console.WaitForAsync(PackagedLaptop.Hello, TimeLimits.PowerOff + TimeLimits.ServerStart, _token);
        await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.PowerOff + TimeLimits.ServerStart, _token);
        await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
        var shell = await desktop.LogInToPayloadAsync(_token);
        await PayloadChecks.RootAsync(shell, _token);
        Assert.Equal(Content, (await shell.RunAsync($"cat {UnsavedWork}", _token)).Trim());
        await PayloadChecks.NoSecretAsync(shell, await File.ReadAllBytesAsync(key, _token), _token);
        await PayloadChecks.WriteAsync(shell, LaterWork, Content, _token);
        await shell.RunAsync($"echo 3 >/proc/sys/vm/drop_caches; grep {Content} {LaterWork} && cat /etc/os-release", _token);
        await PayloadChecks.NoDiskErrorAsync(shell, _token);
        await desktop.PowerOffAsync(shell, _token);
        new CableRecording(recording).AssertNothingOfABootCanBeRead(
            [Encoding.ASCII.GetBytes(Content), "PRETTY_NAME=\"Debian"u8.ToArray(), .. await CableRecording.KeyInAnyFormAsync(key, _token)]);
    }

    /// <summary>Sets the laptop up, without kexec-tools, and waits until its service listens for calls with the documented privileges.</summary>
    private async Task ListenAsync(ConsoleShell laptop)
    {
        await laptop.RunAsync("rm /usr/sbin/kexec && ip link set $(ls /sys/class/net | grep -v lo) up", _token);
        await PackagedLaptop.SetUpAsync(laptop, _token);
        await laptop.RunAsync(OwnBootLoader.Copy, _token);
        await PrivilegeChecks.AsDocumentedAsync(laptop, "stiefel autokexec", "$(systemctl show -P MainPID stiefel-autokexec)", _token);
        await RestartsAsync(laptop);

        // Write a file without syncing it: leaving the system must not lose it.
        await laptop.RunAsync($"echo {Content} >{UnsavedWork}", _token);
    }

    // Change the configuration: a systemd path unit must restart the service.
    private async Task RestartsAsync(ConsoleShell laptop)
    {
        const string Process = "systemctl show -P MainPID stiefel-autokexec";
        var before = (await laptop.RunAsync(Process, _token)).Trim();
        await laptop.RunAsync("echo '# changed' >>/etc/stiefel/config.yaml", _token);
        await laptop.RunAsync($"until [ $({Process}) != {before} ] && [ $({Process}) != 0 ]; do sleep 1; done", _token);
        await laptop.RunAsync("until [ $(journalctl -u stiefel-autokexec --no-pager | grep -c 'listening for calls with 2 keys') = 2 ]; do sleep 1; done", _token);
    }
}
