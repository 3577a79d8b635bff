using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests an upgrade of kernel, GRUB and shim that is made while the laptop's system runs on a desktop. The laptop starts by UEFI and its own GRUB from the
/// first to the last, and its initramfs would be for the machine that it is made on; the desktop keeps what its firmware has in its variables.
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class UpgradeOnDesktopTests(MachineParts parts)
{
    // All that the firmware boots, and in which order.
    private const string Firmware = "(cd /sys/firmware/efi/efivars && sha256sum Boot*)";

    private const string Loader = "/boot/efi/EFI/debian/grubx64.efi";

    private static readonly TimeSpan s_upgrade = TimeLimits.Seconds(600);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upgrade_OfKernelAndLoaderOnTheDesktop_IsStartedAtHomeAndLeavesTheDesktopsFirmwareAlone()
    {
        var disk = await parts.UefiDiskAsync();
        await parts.PlayAsync("upgrade-on-desktop", async run =>
        {
            var key = parts.NewKey("stick");
            var image = await disk.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
            await using var laptop = await run.StartAsync(Laptop.Name, new Startup.Uefi(), [new VirtualDisk(image.Path)], run.LaptopEnd, _token, endsOnReset: false);
            var own = await LogInAsync(laptop);
            var stick = await PackagedLaptop.MakeStickAsync(run, key, directory => UpgradePackages.AddAsync(directory, _token), _token);
            await laptop.PlugStickAsync(stick.Path, _token);
            await SetUpAsync(own);

            await using (var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Uefi, key, _token))
            {
                await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.FirmwareStart + TimeLimits.PowerOff + TimeLimits.ServerStart, _token);
                await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
                var shell = await desktop.LogInToPayloadAsync(_token);
                await desktop.Machine.PlugStickAsync(stick.Path, _token);
                await UpgradeAsync(shell);
                await PayloadChecks.NoDiskErrorAsync(shell, _token);
                await desktop.PowerOffAsync(shell, _token);
            }

            await laptop.Console.WaitForAsync("stiefel: phase leaving (reboot)", TimeLimits.PowerOff, _token);
            await AtHomeAsync(await LogInAsync(laptop));
        });
    }

    private Task<ConsoleShell> LogInAsync(VirtualMachine laptop) =>
        ConsoleShell.LogInAsync(Laptop.Name, laptop.Console, "root", DebianTree.RootPassword, TimeLimits.FirmwareStart + TimeLimits.Login, _token);

    private async Task SetUpAsync(ConsoleShell own)
    {
        await own.RunAsync("ip link set $(ls /sys/class/net | grep -v lo) up && grep -q ^MODULES=dep /etc/initramfs-tools/initramfs.conf", _token);
        await PackagedLaptop.SetUpAsync(own, _token);
        await own.RunAsync("grep -q ^MODULES=most /etc/initramfs-tools/conf.d/zz-stiefel && debconf-show grub-efi-amd64 | grep -q 'grub2/update_nvram: false'", _token);
    }

    private async Task UpgradeAsync(ConsoleShell shell)
    {
        await shell.RunAsync($"{Firmware} >/run/firmware && [ $(wc -l </run/firmware) -gt 2 ] && touch /run/before && sleep 2", _token);
        await shell.RunAsync($"{PackagedLaptop.Mount}; findmnt -no SOURCE /boot/efi | grep -qx /dev/nbd0p1", _token);
        await PackagedLaptop.InstallAsync(shell, [UpgradePackages.Kernel], _token);
        await shell.RunAsync("ls -l /boot /boot/grub/stiefel; lsinitramfs /boot/initrd.img-*-cloud-amd64 | grep virtio_blk && grep cloud-amd64 /var/lib/stiefel/manifest.json", _token);

        await PackagedLaptop.InstallAsync(shell, [UpgradePackages.Grub, UpgradePackages.Shim], _token);
        var said = await shell.RunAsync("cat /root/dpkg.txt; dpkg --audit", _token);
        Assert.DoesNotContain("grub-install: error", said, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING: Bootloader is not properly installed", said, StringComparison.Ordinal);
        await shell.RunAsync($"[ {Loader} -nt /run/before ] && {Firmware} | diff /run/firmware - && [ -z \"$(dpkg --audit)\" ]", _token);

        // The same program without set-up's answer does write into the desktop's firmware, so the check above means something.
        await shell.RunAsync($"grub-install --target=x86_64-efi && ! {Firmware} | diff /run/firmware -", _token, s_upgrade);
    }

    private async Task AtHomeAsync(ConsoleShell own)
    {
        var arguments = await own.RunAsync("uname -r | grep cloud-amd64 && [ -d /sys/firmware/efi ] && findmnt -no SOURCE / | grep -q ^/dev/vda && cat /proc/cmdline", _token);
        Assert.Matches("BOOT_IMAGE=/boot/vmlinuz-[^ ]*-cloud-amd64 ", arguments);
        Assert.DoesNotContain("stiefel", arguments, StringComparison.Ordinal);

        await own.RunAsync("systemctl is-active stiefel-autokexec && until journalctl -b -u stiefel-autokexec --no-pager | grep -q 'listening for calls with 2 keys'; do sleep 1; done", _token);
    }
}
