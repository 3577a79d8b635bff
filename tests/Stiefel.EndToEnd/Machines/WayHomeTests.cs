using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests the laptop's return to its own system, and what makes it refuse to return.</summary>
[Trait("Needs", "machines")]
public sealed class WayHomeTests(MachineParts parts)
{
    private const string File = "/root/written-before-the-way-home";
    private const string Leaving = "stiefel: phase leaving (reboot)";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Desktop_AwayThenPoweredOff_KeepsItsLaptopAndThenSendsItHomeThroughItsOwnBootLoader() => parts.PlayAsync("way-home", async run =>
    {
        VirtualDisk disk;
        await using (var payload = await (await parts.StationsAsync()).TakeUpPayloadAsync(run, _token))
        {
            disk = payload.Laptop.Machine.Options.Disks[0];
            await OwnBootLoader.InstallAsync(run, payload, _token);
            await PayloadChecks.WriteAsync(payload.Shell, File, "home", _token);
            var laptop = await ReturnByItselfAsync(payload.Laptop);
            await payload.Desktop.Machine.SetCableAsync(connected: false, _token);
            var refusal = await AskAsync(laptop, "return");
            Assert.Contains(" 409 ", refusal, StringComparison.Ordinal);
            Assert.Matches("the desktop with the key stick at [^ ]+ has the disk since .* and has not said goodbye", refusal);
            await payload.Desktop.Machine.SetCableAsync(connected: true, _token);

            await payload.Desktop.PowerOffAsync(payload.Shell, _token);
            await payload.Laptop.Console.WaitForAsync(Leaving, TimeLimits.PowerOff, _token);
            await payload.Laptop.Machine.WaitForEndAsync(TimeLimits.PowerOff, _token);
        }

        // A machine from a station ends instead of restarting, so start another one with UEFI firmware from its disk.
        await using var own = await run.StartAsync("laptop-home", new Startup.Uefi(), [disk], run.LaptopEnd, _token);
        await AtHomeAsync(await ConsoleShell.LogInAsync("laptop-home", own.Console, "root", DebianTree.RootPassword, TimeLimits.FirmwareStart + TimeLimits.Login, _token));
    });

    /// <summary>Everything that the desktop had synced must be on the disk.</summary>
    [Fact]
    public Task Desktop_Away_LosesItsLaptopOnlyByForce() => parts.PlayPayloadAsync(
        "way-home-by-force",
        async (_, payload) =>
        {
            await PayloadChecks.WriteAsync(payload.Shell, File, "synced", _token);
            var laptop = await payload.Laptop.OpenShellAsync(_token);
            await payload.Desktop.Machine.SetCableAsync(connected: false, _token);
            Assert.Contains(" 409 ", await AskAsync(laptop, "return"), StringComparison.Ordinal);
            Assert.Contains(" 202 ", await AskAsync(laptop, "return?force=true"), StringComparison.Ordinal);
            await payload.Laptop.Console.WaitForAsync(Leaving, TimeLimits.PowerOff, _token);
            await payload.Laptop.Machine.WaitForEndAsync(TimeLimits.PowerOff, _token);
        },
        async disk => await DiskChecks.FileAsync(disk, (await parts.StationsAsync()).Disk.RootPartition, File, "synced", _token),
        endsHard: true);

    /// <summary>Checks that the laptop's own system was started by its boot loader, and that its file system needed no repair.</summary>
    private async Task AtHomeAsync(ConsoleShell own)
    {
        Assert.Equal("home", (await own.RunAsync($"cat {File}", _token)).Trim());
        Assert.Contains("BOOT_IMAGE=/boot/vmlinuz", await own.RunAsync("[ -d /sys/firmware/efi ] && findmnt -no SOURCE / | grep -q /dev/vda && cat /proc/cmdline", _token), StringComparison.Ordinal);
        var journal = await own.RunAsync("cat /run/initramfs/fsck.log; journalctl -b --no-pager | grep -E 'fsck|EXT4-fs'", _token);
        Assert.Matches(": clean, ", journal);
        Assert.DoesNotMatch("recover|orphan|corrupt", journal);
    }

    /// <summary>
    /// Makes the laptop return after a clean end. A station's laptop is told to stay, so this changes the kernel's arguments and restarts the server; the
    /// desktop goes on meanwhile.
    /// </summary>
    private async Task<ConsoleShell> ReturnByItselfAsync(Laptop laptop)
    {
        var shell = await laptop.OpenShellAsync(_token);
        await shell.RunAsync("sed 's/OnCleanEnd=wait/OnCleanEnd=restart stiefel.Return.DelaySeconds=1/' /proc/cmdline >/run/cmdline && mount -o bind /run/cmdline /proc/cmdline", _token);
        await shell.RunAsync($"kill -9 {Laptop.ServerProcess}", _token);
        await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.ServerStart, _token);
        return shell;
    }

    // Give nc an input that never ends, a pipe that its own reader can write to: the server would take the end of its input as a disconnect.
    private async Task<string> AskAsync(ConsoleShell laptop, string what) => await laptop.RunAsync(
        @$"rm -f /run/ask; mkfifo /run/ask; exec 3<>/run/ask; printf 'POST /api/v1/{what} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {await OwnerToken.OfAsync(parts)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' >&3; nc 127.0.0.1 4645 <&3",
        _token);
}
