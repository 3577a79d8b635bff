using System.Globalization;
using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Two cables between a laptop and a desktop's agent, with the kernel's WireGuard and NBD client, in one machine (<see cref="TunnelStage"/>).</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class SeveralCablesTests(MachineParts parts)
{
    private const string OtherCard = "52:54:00:5e:00:12";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Disk_ByTwoCables_GoesOnByTheOtherWithinTwoSecondsAndComesBackToTheFirst()
    {
        await parts.PlayAsync("several-cables", async run =>
        {
            await using var laptop = await (await parts.StationsAsync()).TakeUpOwnSystemAsync(run, _token);
            var handIn = await HandInDisk.MakeAsync(run, directory => TunnelStage.FillAsync(parts, directory, _token, otherLinks: $"{TunnelStage.OtherMac}={TunnelStage.OtherLaptop}"), _token);
            await laptop.Machine.PlugStickAsync(handIn.Path, _token);
            await RunAsync(laptop.Shell);
        });
    }

    [Fact]
    public Task Desktop_WithTwoCables_BootsAndOutlivesTheLossOfOne() => parts.PlayServingAsync(
        "two-cables",
        async (run, laptop) =>
        {
            var cable = new CableEnd(Path.Combine(Path.GetDirectoryName(run.DesktopEnd.SocketPath)!, "other"), Listens: true, "52:54:00:5e:00:11");
            await laptop.Machine.PlugCableAsync(cable, _token);
            var end = run.DesktopEnd with { Others = [cable with { Listens = false, Mac = OtherCard }] };
            await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, (await parts.StationsAsync()).KeyFile, end, "", _token);
            await desktop.Console.WaitForAsync(new Regex("  also by eth[01], which carries the disk while eth[01] does not"), TimeLimits.FirmwareStart, _token);
            await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
            var shell = await desktop.LogInToPayloadAsync(_token);
            await PayloadChecks.RootAsync(shell, _token);
            await shell.RunAsync("dmesg | grep 'leads to the laptop as well'", _token);

            // Either may be the first, since virtual cards name no speed.
            var isOther = (await shell.RunAsync("dmesg | grep '/dev/nbd0: '", _token)).Contains(OtherCard, StringComparison.Ordinal);
            var (card, left) = isOther ? (QemuCommandLine.OtherAdapterId(0), MachineRun.DesktopMac) : (QemuCommandLine.AdapterId, OtherCard);
            await desktop.Machine.SetCableAsync(false, _token, card);
            await shell.RunAsync("dd if=/dev/urandom of=/root/by-one bs=64k count=64 conv=fsync status=none; echo 3 >/proc/sys/vm/drop_caches; sha256sum /root/by-one", _token);
            await SaidAsync(shell, $"the disk's cable is now that at {left}", 1);
            await desktop.Machine.SetCableAsync(true, _token, card);
            await SaidAsync(shell, $"the disk's cable is now that at {(isOther ? OtherCard : MachineRun.DesktopMac)}", 1);
            await PayloadChecks.NoDiskErrorAsync(shell, _token);
            Assert.DoesNotContain("connection to the laptop", await shell.RunAsync("dmesg", _token), StringComparison.Ordinal);
            await desktop.PowerOffAsync(shell, _token);
        },
        _ => Task.CompletedTask);

    private async Task RunAsync(ConsoleShell shell)
    {
        await TunnelStage.EnterAsync(shell, _token);
        await shell.RunAsync("make_cable && plug_other && start_server && start_agent", _token);
        await SaidAsync(shell, $"the cable at {TunnelStage.OtherMac} leads to the laptop as well, and carries the disk while the first one does not", 1);
        await shell.RunAsync("keep_a_file first", _token);

        // The first cable is pulled out.
        await StallAsync(shell, "ip -n laptop link set laptop0 down", 2);
        await SaidAsync(shell, $"the disk's cable is now that at {TunnelStage.OtherMac}", 1);
        await shell.RunAsync("keep_a_file second", _token);

        // It is put in again.
        await StallAsync(shell, "ip -n laptop link set laptop0 up; give_first", 2);
        await SaidAsync(shell, $"the disk's cable is now that at {TunnelStage.Mac}", 1);

        // It has a carrier, and nobody hears at its other end, as when a switch between the two forgets the way.
        await StallAsync(shell, $"ip -n laptop address del {TunnelStage.Laptop}/64 dev laptop0", 3);
        await SaidAsync(shell, $"the disk's cable is now that at {TunnelStage.OtherMac}", 2);
        await shell.RunAsync("keep_a_file third", _token);

        // No connection was replaced meanwhile: the one through the tunnel went on.
        Assert.DoesNotContain("connection to the laptop", await shell.RunAsync("dmesg", _token), StringComparison.Ordinal);
    }

    /// <summary>Reads a block from the disk again and again, while something happens to a cable after a second; checks the longest wait.</summary>
    private async Task StallAsync(ConsoleShell shell, string change, int seconds)
    {
        var text = await shell.RunAsync($"( sleep 1; {change} ) & change=$!; longest 9; wait $change", _token, TimeLimits.Seconds(120));
        var longest = int.Parse(Regex.Match(text, "longest ([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"{change}: a read took up to {longest} ms");
        Assert.InRange(longest, 0, TimeLimit.Seconds(seconds).TotalMilliseconds);
    }

    private Task<string> SaidAsync(ConsoleShell shell, string line, int times) =>
        shell.RunAsync($"for i in $(seq 100); do [ $(dmesg | grep -cF \"{line}\") -ge {times} ] && break; sleep 0.2; done; [ $(dmesg | grep -cF \"{line}\") -ge {times} ] || {{ dmesg | tail -n 30; {PayloadChecks.InLink} ip address; false; }}", _token);
}
