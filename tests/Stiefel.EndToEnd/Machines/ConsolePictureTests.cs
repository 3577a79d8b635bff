using System.Text.RegularExpressions;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Takes pictures of both machines' consoles during a boot, and their serial text, in artifacts/pictures.</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed partial class ConsolePictureTests(MachineParts parts)
{
    // Both consoles, as on a stick: the serial one is typed at.
    private const string BothConsoles = "console=tty0 console=ttyS0,115200";

    // An address that a browser takes; without one, the screen offers no code.
    private const string Routable = "stiefel.Network.Addresses=52:54:00:5e:00:01=192.168.7.1/24";

    // The kernel switches a screen off after a minute without a key.
    private static readonly TimeSpan s_dark = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan s_waking = TimeSpan.FromSeconds(1);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Consoles_DuringABoot_ShowWhatHappens() => parts.PlayAsync("pictures", async run =>
    {
        var key = parts.NewKey("stick");
        var disk = await (await parts.DiskAsync(InitramfsMaker.InitramfsTools)).OverlayAsync(Path.Combine(run.WorkDirectory, "laptop.qcow2"), _token);
        await using var laptop = await RamdiskLaptop.StartAsync(run, [disk], key, _token, $"{BothConsoles} stiefel.Boot.MenuSeconds=60 stiefel.Return.OnCleanEnd=wait stiefel.Boot.Laptop=thinkpad {Routable}");
        var shell = await RamdiskLaptop.ShellAsync(laptop, _token);
        await LaptopAsync(laptop, shell, "waiting", "0 requests/s");
        await CodeAsync(laptop, shell);

        await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, run.DesktopEnd with { IdleCards = 2 }, BothConsoles, _token);
        await SearchAsync(desktop);
        await ChooseAsync(desktop);
        await FetchAsync(desktop);
        await ServeAsync(laptop, shell, desktop);
        await DarkAsync(laptop, shell);
    });

    /// <summary>A phone's camera would see what the picture shows.</summary>
    private async Task CodeAsync(VirtualMachine laptop, ConsoleShell shell)
    {
        await laptop.PressKeyAsync("c", _token);
        await LaptopAsync(laptop, shell, "code", "put it away");
        var read = await ExternalProgram.RunAsync("zbarimg", ["--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", ConsolePictures.PathOf("laptop-code")], token: _token);
        Assert.Matches(@"^https://192\.168\.7\.1:4645/#[A-HJ-NP-Z2-9]{16}$", read.Text.TrimEnd());
        await laptop.PressKeyAsync("spc", _token);
        await ConsolePictures.RowsAsync(shell, "[c] code", _token);
    }

    private async Task SearchAsync(Desktop desktop)
    {
        await desktop.Machine.SetCableAsync(connected: false, _token);
        await desktop.WaitForPhaseAsync("searching", TimeLimits.KernelStart, _token);
        await desktop.Console.WaitForAsync("check that stiefel runs on the laptop", TimeLimits.Command, _token);
        await DesktopAsync(desktop, "searching");
        await desktop.Machine.SetCableAsync(connected: true, _token);
    }

    private async Task ChooseAsync(Desktop desktop)
    {
        await desktop.WaitForPhaseAsync("found", TimeLimits.Command, _token);
        await desktop.Console.WaitForAsync("; Enter: ", TimeLimits.Fetch, _token);
        await desktop.Console.SendLineAsync("", _token);
        await desktop.Console.WaitForAsync("Enter: 1", TimeLimits.Command, _token);
        await DesktopAsync(desktop, "menu");
        await desktop.Console.SendLineAsync("1 init=/bin/sh", _token);
    }

    private async Task FetchAsync(Desktop desktop)
    {
        await desktop.WaitForPhaseAsync("initrd", TimeLimits.Fetch, _token);
        await desktop.Console.WaitForAsync(Progress(), TimeLimits.Fetch, _token);
        await DesktopAsync(desktop, "download");
        await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
        await ConsolePictures.SaveAsync(desktop.Console, "desktop-executing", _token);
        Assert.All(desktop.Console.Tail.Where(line => line.StartsWith("  ", StringComparison.Ordinal)), line => Assert.True(line.Length < 80 || !line.Trim().Contains(' ', StringComparison.Ordinal), line));
    }

    private async Task ServeAsync(VirtualMachine laptop, ConsoleShell shell, Desktop desktop)
    {
        await desktop.Console.WaitForAsync(RootPrompt(), TimeLimits.Login, _token);
        var payload = await ConsoleShell.OverPromptAsync("desktop", desktop.Console, _token);
        for (var megabytes = 2; megabytes <= 8; megabytes *= 2)
        {
            await payload.RunAsync($"dd if=/dev/nbd0 of=/dev/null bs=1M count={megabytes} skip={megabytes * 3} status=none; sleep 2", _token);
        }

        await LaptopAsync(laptop, shell, "serving", "SERVING STICK");
        await payload.StartAsync("poweroff -f", _token);
        await desktop.Machine.WaitForEndAsync(TimeLimits.PowerOff, _token);
        await LaptopAsync(laptop, shell, "away", "STICK IS AWAY");
    }

    private async Task DarkAsync(VirtualMachine laptop, ConsoleShell shell)
    {
        await laptop.PressKeyAsync("p", _token);
        await LaptopAsync(laptop, shell, "question", "Power off?");
        await Task.Delay(s_dark, _token);
        Assert.Equal(0, await ConsolePictures.LitRowsAsync(laptop, _token));
        await laptop.PressKeyAsync("n", _token);
        await LaptopAsync(laptop, shell, "awake", "[e] end session");
    }

    private async Task LaptopAsync(VirtualMachine laptop, ConsoleShell shell, string name, string expected)
    {
        var rows = await ConsolePictures.RowsAsync(shell, expected, _token);
        await ConsolePictures.SaveAsync(rows, $"laptop-{name}", _token);

        // This key wakes the screen, which may have gone dark in the wait, and asks for nothing.
        await laptop.PressKeyAsync("shift", _token);
        await Task.Delay(s_waking, _token);
        Assert.InRange(await ConsolePictures.SaveAsync(laptop, $"laptop-{name}", _token), 8, 25);
        Assert.All(rows, row => Assert.DoesNotContain('\u001b', row));
    }

    // A quick cable brings it before the first of these lines is due.
    [GeneratedRegex(@"  initrd(:| +[0-9]+ %)")]
    private static partial Regex Progress();

    [GeneratedRegex("# $")]
    private static partial Regex RootPrompt();

    private async Task DesktopAsync(Desktop desktop, string name)
    {
        await ConsolePictures.SaveAsync(desktop.Console, $"desktop-{name}", _token);
        Assert.InRange(await ConsolePictures.SaveAsync(desktop.Machine, $"desktop-{name}", _token), 3, 25);
    }
}
