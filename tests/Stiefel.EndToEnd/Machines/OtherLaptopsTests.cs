using Stiefel.EndToEnd.Encrypted;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests the whole circle on laptops that differ in Debian's release, in what makes their initramfs, in what their root lies, and in their boot loader: the
/// package is installed and set up, the laptop serves, a desktop boots from it and writes, the laptop comes home, and everything is undone.
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class OtherLaptopsTests(MachineParts parts)
{
    private const string FileName = "/root/written-on-the-desktop", Written = "on a desktop";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(InitramfsMaker.InitramfsTools, BootLayout.InRoot)]
    [InlineData(InitramfsMaker.Dracut, BootLayout.Separate)]
    public Task Laptop_WithDebian13_GoesTheWholeCircle(InitramfsMaker maker, BootLayout layout) =>
        PlayAsync($"circle-trixie-{maker}", _ => OtherLaptop.TrixieAsync(parts, maker, layout));

    [Fact]
    public Task Laptop_WithLvmInLuks_GoesTheWholeCircle() => PlayAsync("circle-locked", async run => await OtherLaptop.LockedAsync(
        (await parts.EncryptedDisksAsync()).LvmInLuks, await EncryptedLaptop.DebianTreeAsync(new BuildCache(), _ => { }, _token), run.WorkDirectory, isBootSmall: true, _token));

    [Fact]
    public Task Laptop_WithLvmInLuksAndDracut_GoesTheWholeCircle() => PlayAsync("circle-locked-dracut", async run => await OtherLaptop.LockedAsync(
        await parts.DracutLvmInLuksAsync(), await EncryptedLaptop.DracutLvmTreeAsync(new BuildCache(), _ => { }, _token), run.WorkDirectory, isBootSmall: false, _token));

    [Fact]
    public Task Laptop_WithASubvolumeOfBtrfsAndDracut_GoesTheWholeCircle() =>
        PlayAsync("circle-btrfs", run => OtherLaptop.ExtlinuxAsync(ExtlinuxDisk.OnBtrfs, run.WorkDirectory, _token));

    [Fact]
    public Task Laptop_ThatExtlinuxStarts_GoesTheWholeCircleAndStartsTheEntryOnce() =>
        PlayAsync("circle-extlinux", run => OtherLaptop.ExtlinuxAsync(ExtlinuxDisk.OnExt4, run.WorkDirectory, _token));

    private Task PlayAsync(string name, Func<MachineRun, Task<OtherLaptop>> makeAsync) => parts.PlayAsync(name, async run =>
    {
        var kind = await makeAsync(run);
        var image = Path.Combine(run.WorkDirectory, "laptop.img");
        await DiskCopy.MakeAsync(kind.Image, image, _token);
        var key = parts.NewKey("stick");
        var stick = await PackagedLaptop.MakeStickAsync(run, key, _ => Task.CompletedTask, _token);
        await using var laptop = await run.StartAsync(Laptop.Name, kind.Startup, [new VirtualDisk(image)], run.LaptopEnd, _token, endsOnReset: false);
        var own = await kind.LogInAsync(laptop, _token);
        await laptop.PlugStickAsync(stick.Path, _token);
        await own.RunAsync($"{Root(kind)} && {(kind.IsLocked ? $"resize2fs {kind.Root}" : "true")}; ip link set $(ls /sys/class/net | grep -v lo) up", _token);
        await PackagedLaptop.SetUpAsync(own, _token, kind.Entry, keys: kind.IsBootSmall ? 1 : 2);
        await own.StartAsync("stiefel serve-now --grace 1", _token);
        await laptop.Console.WaitForAsync(PackagedLaptop.Hello, TimeLimits.PowerOff + TimeLimits.ServerStart, _token);
        await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.ServerStart, _token);

        await using (var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token))
        {
            await UseAsync(desktop, kind, key);
            Assert.DoesNotContain(laptop.Console.Tail, line => line.Contains("the entry that started the laptop", StringComparison.Ordinal) && line.Contains("no longer exists", StringComparison.Ordinal));
        }

        await laptop.Console.WaitForAsync(" ended cleanly: all that it wrote is on the medium, and the disk is free", TimeLimits.PowerOff, _token);
        await laptop.Console.WaitForAsync("stiefel: phase leaving (reboot)", TimeLimits.PowerOff, _token);
        var home = await kind.LogInAsync(laptop, _token);
        await home.RunAsync($"{Root(kind)} && grep -qx '{Written}' {FileName} && ! grep stiefel /proc/cmdline && systemctl is-active stiefel-autokexec", _token);
        await home.RunAsync("journalctl -b -k --no-pager >/run/kernel && ! grep -E 'EXT4-fs .*(recover|orphan)|BTRFS .*(replay|corrupt)' /run/kernel", _token);
        await EndAsync(laptop, home, kind);
    });

    private static string Root(OtherLaptop kind) => $"findmnt -rno SOURCE / | grep -qxF '{kind.Root}'";

    private async Task UseAsync(Desktop desktop, OtherLaptop kind, string key)
    {
        var shell = kind.IsLocked ? await EncryptedDisks.UnlockAndLogInAsync(desktop, _token) : await desktop.LogInAsync(_token);
        await shell.RunAsync($"grep -x VERSION_CODENAME={kind.Release} /etc/os-release && findmnt -rno SOURCE / | grep -qxF '{kind.Root.Replace("/dev/vda", "/dev/nbd0p", StringComparison.Ordinal)}'", _token);
        await PayloadChecks.NoSecretAsync(shell, await File.ReadAllBytesAsync(key, _token), _token);
        await PayloadChecks.WriteAsync(shell, FileName, Written, _token);
        await PayloadChecks.NoErrorInLogAsync(shell, _token);
        await desktop.PowerOffAsync(shell, _token);
    }

    /// <summary>Starts the entry once if the loader is told to; otherwise undoes everything.</summary>
    private async Task EndAsync(VirtualMachine laptop, ConsoleShell home, OtherLaptop kind)
    {
        if (kind.Once is { } once)
        {
            await home.RunAsync(once, _token);
            await home.StartAsync("systemctl reboot", _token);
            await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.PowerOff + TimeLimits.FirmwareStart + TimeLimits.ServerStart, _token);
            return;
        }

        await home.RunAsync("stiefel setup-server-os --undo --keep-keys", _token, TimeLimits.Seconds(120));
        await home.RunAsync($"! grep -i stiefel {kind.Menu} && ! systemctl is-enabled stiefel-autokexec && [ ! -e {Path.GetDirectoryName(kind.Menu)}/stiefel ]", _token);
    }
}
