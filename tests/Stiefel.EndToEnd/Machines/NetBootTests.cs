using System.Text.RegularExpressions;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a desktop without a stick that boots over the cable: its firmware talks to the laptop's dnsmasq without a program of ours in between.</summary>
[Trait("Needs", "machines")]
public sealed class NetBootTests(MachineParts parts)
{
    // Look for other DHCP servers for 2 s only, because this cable has none; a laptop at home looks for 40 s.
    internal const string Settings = $"stiefel.NetBoot.LookSeconds=2 stiefel.NetBoot.Arguments=\"loglevel=6 {QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer}\"";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TypedKey _typed = new();

    [Fact]
    public Task Desktop_WithoutAStickByBios_BootsTheLaptopsSystemWithATypedCode() => PlayAsync("netboot-bios", new Startup.Bios(), "BIOS, by iPXE", async desktop =>
    {
        await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, _token);
        var shell = await desktop.LogInToPayloadAsync(_token);
        await PayloadChecks.RootAsync(shell, _token);
        await desktop.PowerOffAsync(shell, _token);
    });

    /// <summary>All parts come by HTTP in one disk image, from which shim and GRUB go on as from a stick.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Needs", "long")]
    public Task Desktop_WithoutAStickByHttpBoot_SearchesWithATypedCode(bool hasSecureBoot) =>
        PlayAsync(hasSecureBoot ? "netboot-http-secure-boot" : "netboot-http", new Startup.Uefi(hasSecureBoot), @"UEFI \(HTTP\)", _ => Task.CompletedTask, byHttp: true);

    [Fact]
    [Trait("Needs", "long")]
    public Task Desktop_WithoutAStickByUefi_SearchesWithATypedCode() => PlayAsync("netboot-uefi", new Startup.Uefi(), "UEFI", _ => Task.CompletedTask);

    [Fact]
    [Trait("Needs", "long")]
    public Task Desktop_WithoutAStickBySecureBoot_SearchesWithATypedCode() => PlayAsync("netboot-secure-boot", new Startup.Uefi(HasSecureBoot: true), "UEFI", _ => Task.CompletedTask);

    private Task PlayAsync(string name, Startup firmware, string way, Func<Desktop, Task> useAsync, bool byHttp = false) => parts.PlayAsync(name, async run =>
    {
        var disk = await (await parts.DiskAsync(InitramfsMaker.InitramfsTools)).CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
        await using var laptop = Laptop.TakenUp(run, await RamdiskLaptop.StartAsync(run, [new VirtualDisk(disk.Path)], parts.NewKey("stick"), _token, Settings, run.Ramdisk.NetBoot ?? throw new MachineException("the ramdisk offers no network boot")));
        await laptop.Console.WaitForAsync("a desktop that boots over the network is served", TimeLimits.Command, _token);
        await _typed.AddAsync(laptop, _token);

        await using var desktop = Desktop.TakenUp(await run.StartAsync("desktop", firmware, [], run.DesktopEnd with { IsBooted = true, IsBootedByHttp = byHttp }, _token));
        await _typed.TypeAsync(desktop, _token);
        await desktop.WaitForPhaseAsync("searching", TimeLimits.KernelStart, _token);
        await laptop.Console.WaitForAsync(new Regex($"the desktop {MachineRun.DesktopMac} at 10.61.57.[0-9]+ boots over the network: {way}"), TimeLimits.Command, _token);
        await useAsync(desktop);
    });
}
