using System.Security.Cryptography;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a desktop that boots as a guest of a laptop, as an entry of the stick's menu makes it.</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class GuestTests(MachineParts parts)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Desktop_BootedAsGuest_WritesAndLeavesEveryByteOfTheDisk() => parts.PlayServingAsync("guest", async (run, laptop) =>
    {
        var disk = laptop.Machine.Options.Disks[0].Path;
        var before = await HashAsync(run, disk);
        await using (var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, (await parts.StationsAsync()).KeyFile, run.DesktopEnd, "stiefel_guest", _token))
        {
            await desktop.Console.WaitForAsync("as a guest: what is written is discarded at the end", TimeLimits.FirmwareStart + TimeLimits.Fetch, _token);
            await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
            var shell = await desktop.LogInToPayloadAsync(_token);
            await PayloadChecks.RootAsync(shell, _token);
            await PayloadChecks.WriteAsync(shell, "/root/written-by-a-guest", "and gone", _token);
            await shell.RunAsync("dd if=/dev/urandom of=/root/more bs=1M count=32 conv=fsync status=none", _token);
            await PayloadChecks.NoDiskErrorAsync(shell, _token);
            await desktop.PowerOffAsync(shell, _token);
        }

        Assert.Equal(before, await HashAsync(run, disk));
    });

    /// <summary>The content of the laptop's disk, while the laptop runs.</summary>
    private async Task<string> HashAsync(MachineRun run, string disk)
    {
        var content = Path.Combine(run.WorkDirectory, "content.img");
        await ExternalProgram.RunAsync("qemu-img", ["convert", "-U", "-f", "qcow2", "-O", "raw", disk, content], new ExternalProgramOptions { Timeout = TimeLimits.AtMost(120) }, _token);
        await using var stream = new FileStream(content, new FileStreamOptions { Options = FileOptions.DeleteOnClose });
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, _token));
    }
}
