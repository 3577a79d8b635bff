using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a laptop's system that runs sysvinit, which runs no last process: no goodbye is said at its end, and the log tells so while it still runs.</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class SysvinitTests(MachineParts parts)
{
    private const string File = "/root/written-last";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Payload_RunBySysvinitPoweredOff_LeavesACleanDiskAndAnotherMachineIsAsked()
    {
        var disk = await parts.SysvinitDiskAsync();
        await parts.PlayAsync("sysvinit", async run =>
        {
            var image = await disk.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
            var key = parts.NewKey("stick");
            await using (var laptop = await RamdiskLaptop.StartAsync(run, [new VirtualDisk(image.Path)], key, _token))
            {
                await UseAsync(run, key);
                await using var other = await Desktop.StartAsync(run, "second-desktop", DesktopStart.Direct, key, _token, isSecond: true);
                await other.Console.WaitForAsync("in use by the desktop with the key stick", TimeLimits.FirmwareStart + TimeLimits.Fetch, _token);
                Assert.DoesNotContain(laptop.Console.Tail, line => line.Contains("ended cleanly", StringComparison.Ordinal));
            }

            await DiskChecks.FileAsync(image, disk.RootPartition, File, "written", _token);
            await DiskChecks.CleanAsync(image, disk.RootPartition, _token);
        });
    }

    private async Task UseAsync(MachineRun run, string key)
    {
        await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token);
        var shell = await desktop.LogInAsync(_token);
        await PayloadChecks.RootAsync(shell, _token);
        Assert.Equal("init", (await shell.RunAsync("cat /proc/1/comm && ! test -e /run/systemd/system", _token)).Trim());
        await shell.RunAsync("until dmesg | grep -q 'stiefel: this system is not run by systemd: the laptop will not hear that its end is clean'; do sleep 1; done", _token);
        await PayloadChecks.NoDiskErrorAsync(shell, _token);
        await PayloadChecks.WriteAsync(shell, File, "written", _token);
        await shell.StartAsync("poweroff", _token);
        await desktop.Machine.WaitForEndAsync(TimeLimits.PowerOff, _token);
    }
}
