using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests the whole story with UEFI, a USB stick that the program wrote to its drive, both menus, a separate /boot, and a payload whose initramfs has systemd
/// but no network driver.
/// </summary>
[Trait("Needs", "machines")]
public sealed partial class UefiDracutTests(MachineParts parts)
{
    private const string Down = "\e[B";
    private const string Enter = "\r";
    private const string Once = "stiefel-test=once";

    // Debian's other entry asks for maintenance; the last such argument counts (man 1 systemd, kernel command line).
    private const string UpToLogin = "systemd.unit=multi-user.target";

    private const string FileName = "/root/written-on-the-desktop", Written = "by way of both menus";

    private const string LaptopId = "0123456789abcdef";

    // The menu waits long enough to type a key on a busy machine.
    private const string Settings = $"stiefel.Boot.MenuSeconds=30 stiefel.Discovery.LaptopId={LaptopId}";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Boot_AnotherEntryOfTheSticksMenuAndOfTheLaptops_HasTheArgumentOnceAndIsRememberedByTheStick()
    {
        var disk = await parts.DiskAsync(InitramfsMaker.Dracut, BootLayout.Separate);
        await parts.PlayAsync("uefi-dracut", async run =>
        {
            var key = parts.NewKey("stick");
            var image = await disk.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
            var stick = await WrittenStick.MakeAsync(run, key, _token);
            Assert.False(await WrittenStick.RemembersAsync(stick, key, LaptopId, _token));
            await using (var laptop = await Laptop.StartAsync(run, disk, new VirtualDisk(image.Path), key, _token))
            {
                await laptop.ServeAsync(_token, Settings);
                await using var desktop = Desktop.TakenUp(await run.StartAsync("desktop", new Startup.Uefi(), [stick], run.DesktopEnd, _token));
                await ChooseAsync(desktop);
                await UseAsync(desktop, await desktop.LogInToPayloadAsync(_token), await File.ReadAllBytesAsync(key, _token));
            }

            Assert.True(await WrittenStick.RemembersAsync(stick, key, LaptopId, _token));
            await DiskChecks.FileAsync(image, disk.RootPartition, FileName, Written, _token);
            await DiskChecks.CleanAsync(image, disk.RootPartition, _token);
        });
    }

    /// <summary>Chooses the second entry in the stick's menu, and then the laptop's second entry with an argument for this start.</summary>
    private async Task ChooseAsync(Desktop desktop)
    {
        await desktop.Console.WaitForAsync("Boot the system of the laptop", TimeLimits.FirmwareStart, _token);
        await desktop.Console.SendAsync(Down + Enter, _token);
        await desktop.Console.WaitForAsync("DMI: QEMU", TimeLimits.FirmwareStart, _token);
        await desktop.WaitForPhaseAsync("searching", TimeLimits.FirmwareStart, _token);
        await desktop.Console.WaitForAsync("Enter: choose from ", TimeLimits.Fetch, _token);
        await desktop.Console.SendLineAsync("", _token);
        await desktop.Console.WaitForAsync(SecondEntry(), TimeLimits.Command, _token);
        await desktop.Console.WaitForAsync("Enter: 1", TimeLimits.Command, _token);
        await desktop.Console.SendLineAsync($"2 {Once} {UpToLogin}", _token);
        await desktop.WaitForPhaseAsync("chosen", TimeLimits.Fetch, _token);
        await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
    }

    private async Task UseAsync(Desktop desktop, ConsoleShell shell, ReadOnlyMemory<byte> key)
    {
        Assert.Equal("/dev/nbd0p3", (await PayloadChecks.RootAsync(shell, _token)).Device);
        var arguments = await shell.RunAsync("cat /proc/cmdline", _token);
        Assert.Single(Regex.Matches(arguments, Once));
        Assert.Contains(" single ", arguments, StringComparison.Ordinal);
        await PayloadChecks.WriteAsync(shell, FileName, Written, _token);
        await PayloadChecks.NoSecretAsync(shell, key, _token);
        await PayloadChecks.NoDiskErrorAsync(shell, _token);
        await desktop.PowerOffAsync(shell, _token);
    }

    [GeneratedRegex(@" 2  [^\n]*\(recovery mode\)")]
    private static partial Regex SecondEntry();
}
