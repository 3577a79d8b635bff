using System.Text.Json.Nodes;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests the entry that set-up writes into the firmware's own menu where the boot loader has no place for one: systemd-boot with unified images only. The
/// firmware starts it once, without a loader in between, and the laptop's own system at all other times.
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class FirmwareEntryTests(MachineParts parts)
{
    private const string Variables = "/sys/firmware/efi/efivars";
    private const string EntryBefore = "/root/entries-before", OrderBefore = "/root/order-before";
    private const string Order = $"{Variables}/BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Firmware_ToldToStartTheEntryOnce_ServesTheDiskAndThenStartsTheLaptopsOwnSystem()
    {
        var image = await SystemdBootDisk.GetAsync(new BuildCache(), text => TestContext.Current.SendDiagnosticMessage(text), _token);
        var kernel = (await parts.DiskAsync(InitramfsMaker.InitramfsTools)).Kernel;
        await parts.PlayAsync("firmware-entry", async run =>
        {
            var disk = Path.Combine(run.WorkDirectory, "laptop.img");
            await DiskCopy.MakeAsync(image, disk, _token);
            var key = parts.NewKey("stick");
            await using var laptop = await run.StartAsync(Laptop.Name, new Startup.Uefi(), [new VirtualDisk(disk)], run.LaptopEnd, _token, endsOnReset: false);
            var own = await LogInAsync(laptop);
            var stick = await PackagedLaptop.MakeStickAsync(
                run, key, directory =>
                {
                    File.Copy(kernel, Path.Combine(directory, "vmlinuz"));
                    return Task.CompletedTask;
                },
                _token);
            await laptop.PlugStickAsync(stick.Path, _token);
            var entry = await SetUpAsync(own);
            Assert.False(await IsBesideTheEntryAsync(disk, key));
            await own.StartAsync("stiefel serve-now --grace 1", _token);
            await laptop.Console.WaitForAsync(PackagedLaptop.Hello, TimeLimits.PowerOff + TimeLimits.FirmwareStart, _token);
            await laptop.Console.WaitForAsync("stiefel: the keys that were lent for this start are wiped from /EFI/stiefel/", TimeLimits.ServerStart, _token);
            await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.ServerStart, _token);
            Assert.False(await IsBesideTheEntryAsync(disk, key));

            await using (var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token))
            {
                var shell = await desktop.LogInAsync(_token);
                await PayloadChecks.RootAsync(shell, _token);
                await desktop.PowerOffAsync(shell, _token);
            }

            await laptop.Console.WaitForAsync("stiefel: phase leaving (reboot)", TimeLimits.PowerOff, _token);
            var back = await LogInAsync(laptop);
            Assert.False(await IsBesideTheEntryAsync(disk, key));
            await UndoAsync(back, entry);
        });
    }

    /// <summary>
    /// Secure Boot, a kernel that starts no other, and a GRUB that reads no further entries: the firmware starts shim, GRUB and kernel of the laptop's own
    /// distribution from the EFI System partition, once, and the laptop's own loader at all other times.
    /// </summary>
    [Fact]
    public async Task Laptop_WhoseKernelRefusesKexecUnderSecureBoot_LeavesByShimAndGrubOfItsOwnAndComesHome()
    {
        const string Entries = "stiefel: the keys that were lent for this start are wiped from /EFI/stiefel/";
        var source = await parts.UefiDiskAsync();
        await parts.PlayAsync("shim-entry", async run =>
        {
            var disk = (await source.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token)).Path;
            var key = parts.NewKey("stick");
            await using var laptop = await run.StartAsync(Laptop.Name, new Startup.Uefi(HasSecureBoot: true), [new VirtualDisk(disk)], run.LaptopEnd, _token, endsOnReset: false);
            var own = await ConsoleShell.LogInAsync(Laptop.Name, laptop.Console, "root", DebianTree.RootPassword, TimeLimits.FirmwareStart + TimeLimits.Login, _token);
            await own.RunAsync("ip link set $(ls /sys/class/net | grep -v lo) up; sysctl -w kernel.kexec_load_disabled=1; chmod -x /etc/grub.d/41_custom && update-grub 2>/dev/null && ! grep custom.cfg /boot/grub/grub.cfg", _token, TimeLimits.Seconds(60));
            await laptop.PlugStickAsync((await PackagedLaptop.MakeStickAsync(run, key, _ => Task.CompletedTask, _token)).Path, _token);
            await PackagedLaptop.SetUpAsync(own, _token, "ls /boot/efi/EFI/stiefel/shimx64.efi /boot/efi/EFI/stiefel/*/keys.img");
            await own.RunAsync("sync", _token);
            Assert.False(await IsBesideTheEntryAsync(disk, key));

            await own.StartAsync("stiefel serve-now --grace 1", _token);
            await laptop.Console.WaitForAsync("the firmware's entry Boot", TimeLimits.PowerOff, _token);
            await laptop.Console.WaitForAsync(PackagedLaptop.Hello, TimeLimits.PowerOff + TimeLimits.FirmwareStart, _token);
            await laptop.Console.WaitForAsync(Entries, TimeLimits.ServerStart, _token);
            await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.ServerStart, _token);
            Assert.False(await IsBesideTheEntryAsync(disk, key));

            await using (var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token))
            {
                var shell = await desktop.LogInAsync(_token);
                await PayloadChecks.RootAsync(shell, _token);
                await desktop.PowerOffAsync(shell, _token);
            }

            await laptop.Console.WaitForAsync("stiefel: phase leaving (reboot)", TimeLimits.PowerOff, _token);
            var back = await ConsoleShell.LogInAsync(Laptop.Name, laptop.Console, "root", DebianTree.RootPassword, TimeLimits.FirmwareStart + TimeLimits.Login, _token);
            Assert.False(await IsBesideTheEntryAsync(disk, key));
            await back.RunAsync("stiefel setup-server-os --undo --keep-keys && [ ! -e /boot/efi/EFI/stiefel ] && ls /boot/efi/EFI && ! efibootmgr | grep -i stiefel", _token, TimeLimits.Seconds(60));
        });
    }

    /// <summary>True if the key's bytes are anywhere on the EFI System partition, also where no file is.</summary>
    private async Task<bool> IsBesideTheEntryAsync(string disk, string key)
    {
        const string EfiSystem = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
        const int Sector = 512;
        var table = await ExternalProgram.RunAsync("sfdisk", ["--json", disk], token: _token);
        var partition = JsonNode.Parse(table.Text)!["partitiontable"]!["partitions"]!.AsArray().Single(one => (string)one!["type"]! == EfiSystem)!;
        var bytes = new byte[(long)partition["size"]! * Sector];
        using var image = File.OpenHandle(disk, share: FileShare.ReadWrite);
        RandomAccess.Read(image, bytes, (long)partition["start"]! * Sector);
        Assert.True(bytes.AsSpan().IndexOf("etc/stiefel/keys/boot-menu.key"u8) > 0, "the archive of the entry is not where it is looked for");
        return bytes.AsSpan().IndexOf(File.ReadAllBytes(key)) >= 0;
    }

    private async Task<ConsoleShell> LogInAsync(VirtualMachine laptop)
    {
        var shell = await ConsoleShell.LogInAsync(Laptop.Name, laptop.Console, "root", DebianTree.RootPassword, TimeLimits.FirmwareStart + TimeLimits.Login, _token);
        Assert.Contains(SystemdBootDisk.Configured, await shell.RunAsync("cat /proc/cmdline", _token), StringComparison.Ordinal);
        return shell;
    }

    /// <summary>Sets the laptop up, with the EFI System partition in /boot and its kernel beside the modules; returns the variable that was added.</summary>
    private async Task<string> SetUpAsync(ConsoleShell own)
    {
        await own.RunAsync($"{PackagedLaptop.Mount}; install -m 644 {PackagedLaptop.Stick}/vmlinuz /usr/lib/modules/$(uname -r)/vmlinuz", _token);
        await own.RunAsync("echo 'UUID=5A1E-0032 /boot vfat umask=0077 0 1' >>/etc/fstab; ls /boot >/dev/null; findmnt -t vfat /boot >/dev/null || mount /boot; ls /boot/EFI/Linux", _token);
        await own.RunAsync($"ls {Variables}/Boot0* >{EntryBefore}; cat {Order} >{OrderBefore}; ip link set $(ls /sys/class/net | grep -v lo) up", _token);
        await PackagedLaptop.SetUpAsync(own, _token, "ls /boot/EFI/stiefel/*/vmlinuz");
        await own.RunAsync("sync", _token);
        var added = (await own.RunAsync($"cmp {Order} {OrderBefore} && ls {Variables}/Boot0* | grep -vxFf {EntryBefore}", _token)).Trim();
        Assert.StartsWith(Variables + "/Boot0", Assert.Single(added.Split('\n')), StringComparison.Ordinal);
        await own.RunAsync("sed -i 's/grace: 5/&\\n  leave: firmware/' /etc/stiefel/config.yaml && grep -q '  leave: firmware' /etc/stiefel/config.yaml", _token);
        return added;
    }

    private async Task UndoAsync(ConsoleShell own, string entry)
    {
        await own.RunAsync($"[ -e {entry} ] && ! ls {Variables}/BootNext-* 2>/dev/null", _token);
        await own.RunAsync("sed -i '/leave: firmware/d' /etc/stiefel/config.yaml && stiefel setup-server-os --undo --keep-keys", _token);
        await own.RunAsync($"[ ! -e {entry} ] && ls /boot/EFI/Linux && [ ! -e /boot/EFI/stiefel ]", _token);
    }
}
