using System.Globalization;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a laptop whose firmware starts the ramdisk again after each return, so that its own system never starts and never resets the count of returns.</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class ReturnCircleTests(MachineParts parts)
{
    private const int Returns = 3;
    private const string Leaving = "stiefel: phase leaving (reboot)";

    // The laptop returns after a minute without a desktop.
    private static readonly TimeSpan s_pastIdle = TimeSpan.FromSeconds(80);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    /// <summary>Returns are counted in the variables of a real UEFI firmware, because nothing else outlives the restart.</summary>
    [Fact]
    public Task Return_LeadsBackThreeTimes_EndsInWaitingWithAMessage() => parts.PlayAsync("return-circle", async run =>
    {
        var stick = Path.Combine(run.WorkDirectory, "laptop.stick.img");
        var arguments = $"{MachineRun.KernelArguments} stiefel_role=server stiefel_bootdisk=/dev/vda stiefel.Return.IdleMinutes=1 stiefel.Return.DelaySeconds=1";
        await run.Ramdisk.MakeStickAsync(stick, parts.NewKey("stick"), arguments, _token);
        var own = await parts.DiskAsync(InitramfsMaker.InitramfsTools);
        var disk = await own.OverlayAsync(Path.Combine(run.WorkDirectory, "laptop.qcow2"), _token);
        await using var laptop = await run.StartAsync(
            Laptop.Name, new Startup.Uefi(), [new VirtualDisk(stick, DiskBus.Usb), disk], run.LaptopEnd, _token, endsOnReset: false);
        for (var start = 1; start <= Returns; start++)
        {
            await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.FirmwareStart + TimeLimits.ServerStart, _token);
            await laptop.Console.WaitForAsync(Leaving, TimeLimits.Seconds(120), _token);
        }

        var stays = string.Create(CultureInfo.InvariantCulture, $"this laptop stays: {Returns} returns in a row led back into this ramdisk");
        await laptop.Console.WaitForAsync(stays, TimeLimits.FirmwareStart + TimeLimits.ServerStart, _token);
        await Task.Delay(s_pastIdle, _token);
        List<string> said = [.. laptop.Console.Tail];
        Assert.True(said.FindLastIndex(line => line.Contains(stays, StringComparison.Ordinal)) > said.FindLastIndex(line => line.Contains(Leaving, StringComparison.Ordinal)));
    });
}
