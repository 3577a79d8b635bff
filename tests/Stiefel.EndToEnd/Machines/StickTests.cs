using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a stick written by `stiefel setup-client-usbdrive` under BIOS and UEFI, through its menu on the serial console.</summary>
[Trait("Needs", "machines")]
public sealed class StickTests(MachineParts parts)
{
    private const string Down = "\e[B";
    private const string Enter = "\r";
    private const string FirstEntry = "Boot the system of the laptop";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Firmware => new()
    {
        { "bios", "DMI: QEMU" },
        { "secure-boot", "Kernel is locked down from EFI Secure Boot" },
    };

    /// <summary>The second entry makes the kernel print its messages, which shows that it was chosen.</summary>
    [Theory]
    [MemberData(nameof(Firmware))]
    public Task Stick_SecondEntryOfItsMenu_StartsTheClientWithTheKernelsMessages(string firmware, string message) => parts.PlayAsync($"stick-{firmware}", async run =>
    {
        await using var desktop = await StartAsync(run, firmware, []);
        await desktop.Console.WaitForAsync(FirstEntry, TimeLimits.FirmwareStart, _token);
        await desktop.Console.SendAsync(Down + Enter, _token);
        await desktop.Console.WaitForAsync(message, TimeLimits.FirmwareStart, _token);
        await desktop.Console.WaitForAsync("stiefel: phase searching\n", TimeLimits.FirmwareStart, _token);
    });

    /// <summary>The stick's menu starts the computer's own system, although the firmware starts the stick first.</summary>
    [Fact]
    [Trait("Needs", "long")]
    public Task Stick_FourthEntryOfItsMenu_StartsTheComputersOwnSystem() => parts.PlayAsync("stick-own-system", async run =>
    {
        await using var desktop = await StartAsync(run, "uefi", [await OwnSystemDisk.MakeAsync(run, new Startup.Uefi(), _token)]);
        await desktop.Console.WaitForAsync(FirstEntry, TimeLimits.FirmwareStart, _token);
        await desktop.Console.SendAsync(Down + Down + Down + Enter, _token);
        await desktop.Console.WaitForAsync("stiefel: phase leaving (reboot)", TimeLimits.FirmwareStart, _token);
        await desktop.Console.WaitForAsync(OwnSystemDisk.Says, TimeLimits.FirmwareStart, _token);
    });

    private async Task<VirtualMachine> StartAsync(MachineRun run, string firmware, IReadOnlyList<VirtualDisk> own)
    {
        Startup startup = firmware == "bios" ? new Startup.Bios() : new Startup.Uefi(HasSecureBoot: firmware == "secure-boot");
        return await run.StartAsync(firmware, startup, [await WrittenStick.MakeAsync(run, parts.NewKey("stick"), _token), .. own], run.LaptopEnd, _token, endsOnReset: false);
    }
}
