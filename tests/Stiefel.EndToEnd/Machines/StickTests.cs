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

    public static TheoryData<string, string> Firmwares => new()
    {
        { "bios", "DMI: QEMU" },
        { "secure-boot", "Kernel is locked down from EFI Secure Boot" },
    };

    /// <summary>The second entry makes the kernel print its messages, which shows that it was chosen.</summary>
    [Theory]
    [MemberData(nameof(Firmwares))]
    public Task Stick_SecondEntryOfItsMenu_StartsTheClientWithTheKernelsMessages(string firmware, string message) => parts.PlayAsync($"stick-{firmware}", async run =>
    {
        await using var desktop = await StartAsync(run, firmware, []);
        await desktop.Console.WaitForAsync(FirstEntry, TimeLimits.FirmwareStart, _token);
        await desktop.Console.SendAsync(Down + Enter, _token);
        await desktop.Console.WaitForAsync(message, TimeLimits.FirmwareStart, _token);
        await desktop.Console.WaitForAsync("stiefel: phase searching\n", TimeLimits.FirmwareStart, _token);
    });

    /// <summary>The stick's menu starts the computer's own system, although the firmware starts the stick first: by BootNext on UEFI, by going on to the next disk on BIOS.</summary>
    [Theory]
    [InlineData("uefi")]
    [InlineData("bios")]
    [Trait("Needs", "long")]
    public Task Stick_FourthEntryOfItsMenu_StartsTheComputersOwnSystem(string firmware) => parts.PlayAsync($"stick-own-system-{firmware}", async run =>
    {
        await using var desktop = await StartAsync(run, firmware, [await OwnSystemDisk.MakeAsync(run, Firmware(firmware), _token)]);
        await desktop.Console.WaitForAsync(FirstEntry, TimeLimits.FirmwareStart, _token);
        await desktop.Console.SendAsync(Down + Down + Down + Enter, _token);
        if (firmware == "uefi")
        {
            await desktop.Console.WaitForAsync("stiefel: phase leaving (reboot)", TimeLimits.FirmwareStart, _token);
        }

        await desktop.Console.WaitForAsync(OwnSystemDisk.Says, TimeLimits.FirmwareStart, _token);
    });

    private static Startup Firmware(string name) => name == "bios" ? new Startup.Bios() : new Startup.Uefi(HasSecureBoot: name == "secure-boot");

    private async Task<VirtualMachine> StartAsync(MachineRun run, string firmware, IReadOnlyList<VirtualDisk> own) => await run.StartAsync(
        firmware, Firmware(firmware), [await WrittenStick.MakeAsync(run, parts.NewKey("stick"), _token), .. own], run.LaptopEnd, _token, endsOnReset: false);
}
