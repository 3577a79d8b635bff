using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests that a laptop with Fedora's disk layout boots its saved entry, or another one that the person at the desktop chooses.</summary>
[Trait("Needs", "machines")]
public sealed partial class FedoraLayoutTests(MachineParts parts)
{
    private const string Once = "stiefel-test=once";

    // The menu waits as long as a busy machine may need to type a key; the boot in which no key is typed waits this long.
    private const string MenuSettings = "stiefel.Boot.MenuSeconds=30 stiefel.Return.OnCleanEnd=wait";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Desktop_OfAFedoraLayout_BootsTheChosenEntryOnceAndThenTheSavedOne()
    {
        var image = await FedoraDisk.GetAsync(new BuildCache(), text => TestContext.Current.SendDiagnosticMessage(text), _token);
        await parts.PlayAsync("fedora-layout", async run =>
        {
            var disk = Path.Combine(run.WorkDirectory, "laptop.img");
            await DiskCopy.MakeAsync(image, disk, _token);
            var key = parts.NewKey("stick");
            await using var laptop = await RamdiskLaptop.StartAsync(run, [new VirtualDisk(disk)], key, _token, MenuSettings);
            await ChooseAsync(run, key);
            await BootAsync(run, key);
        });
    }

    /// <summary>Chooses the newest entry instead of the saved one, with an added argument: a shell instead of the system's init, which starts faster.</summary>
    private async Task ChooseAsync(MachineRun run, string key)
    {
        await using var desktop = await Desktop.StartAsync(run, "chooser", DesktopStart.Direct, key, _token);
        await desktop.Console.WaitForAsync("Enter: choose from 3 entries", TimeLimits.FirmwareStart, _token);
        await desktop.Console.SendLineAsync("", _token);
        var newest = await desktop.Console.WaitForAsync(NewestEntry(), TimeLimits.Command, _token);
        await desktop.Console.WaitForAsync("Enter: 1", TimeLimits.Command, _token);
        await desktop.Console.SendLineAsync($"{newest.Groups["number"].Value} {Once} init=/bin/sh", _token);
        await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
        await desktop.Console.WaitForAsync(RootPrompt(), TimeLimits.Login, _token);
        var shell = await ConsoleShell.OverPromptAsync("chooser", desktop.Console, _token);
        var arguments = await shell.RunAsync("cat /proc/cmdline", _token);
        Assert.Contains($"{FedoraDisk.CommandLine(FedoraDisk.Newest)} {Once} init=/bin/sh", arguments, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(arguments, Once));
        await shell.StartAsync("sync; poweroff -f", _token);
        await desktop.Machine.WaitForEndAsync(TimeLimits.PowerOff, _token);
    }

    private async Task BootAsync(MachineRun run, string key)
    {
        await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token);
        var shell = await desktop.LogInAsync(_token);
        var arguments = await shell.RunAsync("cat /proc/cmdline", _token);
        Assert.Contains(FedoraDisk.CommandLine(FedoraDisk.Saved), arguments, StringComparison.Ordinal);
        Assert.DoesNotContain(Once, arguments, StringComparison.Ordinal);
        Assert.Equal("/dev/nbd0p3[/root] btrfs", await shell.RunAsync("findmnt -rno SOURCE,FSTYPE /", _token));
        Assert.Equal("/dev/nbd0p2\n/dev/nbd0p3[/home]", await shell.RunAsync("findmnt -rno SOURCE /boot; findmnt -rno SOURCE /home", _token));
        await desktop.PowerOffAsync(shell, _token);
    }

    [GeneratedRegex(@"(?<number>[0-9]+)  Fedora Linux \(6\.10\.2-300\.fc40\.x86_64\) 40")]
    private static partial Regex NewestEntry();

    [GeneratedRegex(@"# $")]
    private static partial Regex RootPrompt();
}
