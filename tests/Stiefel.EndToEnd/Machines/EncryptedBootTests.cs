using System.Text;
using Stiefel.EndToEnd.Encrypted;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests laptops with /boot and root in LUKS: the passphrase is typed once, on the desktop.</summary>
[Trait("Needs", "machines")]
public sealed class EncryptedBootTests(MachineParts parts)
{
    // A word of the passphrase as a pattern that does not match its own text, so that a search does not find itself.
    private const string Pattern = "b4tter[y]";

    // A text that is in the memory of both programs because it is part of their names: finding it proves that the search works.
    private const string InMemory = "stiefe[l]";

    private const string WrongPassphrase = "not this one";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Boot_LvmInLuks_AsksOnceAndLeavesNoPassphrase() => await PlayAsync("encrypted-boot", (await parts.EncryptedDisksAsync()).LvmInLuks);

    [Fact]
    public async Task Boot_LuksAndDracut_AsksOnceAndLeavesNoPassphrase() => await PlayAsync("encrypted-dracut", (await parts.EncryptedDisksAsync()).DracutInLuks);

    private async Task PlayAsync(string name, EncryptedLaptop disk) =>
        await parts.PlayAsync(name, async run =>
        {
            var image = Path.Combine(run.WorkDirectory, "laptop.img");
            Linux.Programs.ExternalProgram.Run("cp", ["--sparse=always", "--reflink=auto", disk.Image, image]);
            var recording = Path.Combine(run.WorkDirectory, "cable.pcap");
            var key = parts.NewKey("stick");
            await using (var laptop = await RamdiskLaptop.StartAsync(run, [new VirtualDisk(image)], key, _token))
            {
                await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token, recording);
                var shell = await UnlockAndLogInAsync(desktop);
                await CheckAsync(shell, disk);
                await CheckLaptopAsync(laptop);
                await desktop.PowerOffAsync(shell, _token);
            }

            AssertNotLogged(run);
            new CableRecording(recording).AssertNothingOfABootCanBeRead(
                [Encoding.UTF8.GetBytes(EncryptedDisks.Passphrase), Encoding.UTF8.GetBytes(WrongPassphrase), "PRETTY_NAME=\"Debian"u8.ToArray(), .. await CableRecording.KeyInAnyFormAsync(key, _token)]);
        });

    /// <summary>Types a wrong passphrase, then the right one, and after that only the login.</summary>
    private async Task<ConsoleShell> UnlockAndLogInAsync(Desktop desktop)
    {
        await desktop.WaitForPhaseAsync("locked", TimeLimits.FirmwareStart, _token);
        await desktop.Console.WaitForAsync($"/dev/vda2 ({EncryptedLaptop.Label}) of stiefelsystem is locked", TimeLimits.Command, _token);
        await desktop.Console.WaitForAsync("Passphrase of the laptop's disk: ", TimeLimits.Command, _token);
        await desktop.Console.SendLineAsync(WrongPassphrase, _token);
        await desktop.Console.WaitForAsync("that is not it; 2 tries left", TimeLimits.Command, _token);
        await desktop.Console.WaitForAsync("once more: ", TimeLimits.Command, _token);
        await desktop.Console.SendLineAsync(EncryptedDisks.Passphrase, _token);
        await desktop.WaitForPhaseAsync("unlocked", TimeLimits.Command, _token);
        await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
        return await ConsoleShell.LogInAsync(desktop.Machine.Name, desktop.Console, "root", DebianTree.RootPassword, TimeLimits.Login, _token);
    }

    private async Task CheckAsync(ConsoleShell shell, EncryptedLaptop disk)
    {
        var root = await shell.RunAsync("findmnt -rno SOURCE,FSTYPE,OPTIONS /", _token);
        Assert.StartsWith($"{disk.RootDevice} ext4 rw", root, StringComparison.Ordinal);
        Assert.Contains("nbd0p2", await shell.RunAsync($"lsblk -nrso NAME {disk.RootDevice}", _token), StringComparison.Ordinal);
        Assert.Contains($"handed to {disk.Asker}", await shell.RunAsync("dmesg | grep 'stiefel: '", _token), StringComparison.Ordinal);

        // Search what every user can read, and the memory of the agent that had the passphrase.
        Assert.Equal("0", await shell.RunAsync($"(cat /proc/cmdline /proc/keys; ps axww -o args; dmesg; journalctl -b --no-pager) | grep -a -c '{Pattern}' || true", _token));
        await CheckMemoryAsync(shell, "$(pgrep -f @stiefel-agent)");
        await shell.RunAsync("echo written >/root/written && sync", _token);
        await PayloadChecks.NoErrorInLogAsync(shell, _token);
    }

    /// <summary>Checks that no LUKS or LVM device of the disk is still open on the laptop, and that the passphrase cannot be found there.</summary>
    private async Task CheckLaptopAsync(VirtualMachine laptop)
    {
        var shell = await RamdiskLaptop.ShellAsync(laptop, _token);
        Assert.Equal("0", await shell.RunAsync("ls /dev/mapper | grep -c '^stiefel-' || true", _token));
        Assert.Equal("0", await shell.RunAsync($"(cat /proc/cmdline /proc/keys /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null; dmesg) | grep -a -c '{Pattern}' || true", _token));
        await CheckMemoryAsync(shell, Laptop.ServerProcess);
    }

    /// <summary>Checks that the passphrase is nowhere in the process's writable memory.</summary>
    private async Task CheckMemoryAsync(ConsoleShell shell, string process)
    {
        var found = await shell.RunAsync(
            $$"""
            pid={{process}}; memory() { while read -r range rights rest; do case $rights in rw*) a=$((0x${range%-*})); b=$((0x${range#*-}))
            dd if=/proc/$pid/mem bs=4096 skip=$((a / 4096)) count=$(((b - a) / 4096)) 2>/dev/null;; esac; done </proc/$pid/maps; }
            # Without zeros, so that UTF-16 would be found as well.
            memory | tr -d '\000' >/run/memory || exit 1; grep -a -q '{{InMemory}}' /run/memory; echo $?; grep -a -q '{{Pattern}}' /run/memory; echo $?; rm /run/memory
            """, _token, TimeLimits.Seconds(120));
        Assert.Equal("0\n1", found.ReplaceLineEndings("\n"));
    }

    private static void AssertNotLogged(MachineRun run)
    {
        foreach (var log in Directory.GetFiles(run.LogDirectory))
        {
            Assert.DoesNotContain(EncryptedDisks.Passphrase, File.ReadAllText(log), StringComparison.Ordinal);
        }
    }
}
