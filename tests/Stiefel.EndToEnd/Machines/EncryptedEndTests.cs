using Stiefel.EndToEnd.Encrypted;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests the end of a laptop's system in LVM in LUKS, with dracut's initramfs: all devices on the disk are closed in order, although dracut's own
/// shutdown program is not run.
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class EncryptedEndTests(MachineParts parts)
{
    private const string File = "/root/written-last";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Payload_LvmInLuksAndDracutPoweredOff_LeavesTheDiskInOrderForTheNextDesktop()
    {
        var disk = await parts.DracutLvmInLuksAsync();
        await parts.PlayAsync("encrypted-end", async run =>
        {
            var image = Path.Combine(run.WorkDirectory, "laptop.img");
            ExternalProgram.Run("cp", ["--sparse=always", "--reflink=auto", disk.Image, image]);
            var key = parts.NewKey("stick");
            await using var laptop = await RamdiskLaptop.StartAsync(run, [new VirtualDisk(image)], key, _token, "stiefel.Return.OnCleanEnd=wait");
            await using (var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token))
            {
                var shell = await EncryptedDisks.UnlockAndLogInAsync(desktop, _token);
                Assert.Equal("lvm crypt part disk", await StackAsync(shell, disk));
                await PayloadChecks.WriteAsync(shell, File, "last", _token);
                await EndAsync(laptop, desktop, shell);
            }

            // Boot another machine: its user types only the passphrase, because the disk is free.
            await using var next = await Desktop.StartAsync(run, "second-desktop", DesktopStart.Direct, key, _token, isSecond: true);
            var nextShell = await EncryptedDisks.UnlockAndLogInAsync(next, _token);
            Assert.Equal("last", (await nextShell.RunAsync($"cat {File}", _token)).Trim());
            var journal = await nextShell.RunAsync("journalctl -b --no-pager | grep -E 'systemd-fsck|EXT4-fs'", _token);
            Assert.Matches(": clean, ", journal);
            Assert.DoesNotMatch("recover|orphan|corrupt", journal);
            await EndAsync(laptop, next, nextShell);
        });
    }

    private async Task<string> StackAsync(ConsoleShell shell, EncryptedLaptop disk) =>
        (await shell.RunAsync($"findmnt -rno SOURCE / | grep -qx {disk.RootDevice} && lsblk -nrso TYPE {disk.RootDevice} | xargs", _token)).Trim();

    private async Task EndAsync(VirtualMachine laptop, Desktop desktop, ConsoleShell shell)
    {
        await PayloadChecks.NoErrorInLogAsync(shell, _token);
        await desktop.PowerOffAsync(shell, _token);
        await laptop.Console.WaitForAsync(" ended cleanly: all that it wrote is on the medium, and the disk is free", TimeLimits.PowerOff, _token);
        Assert.DoesNotContain(desktop.Console.Tail, line => line.Contains("the end is not clean", StringComparison.Ordinal));
    }
}
