using Stiefel.Cli.Vm.Disks;
using Stiefel.Cli.Vm.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>The whole story with UEFI, a USB stick, a /boot of its own, and a payload whose initramfs has systemd and no network driver.</summary>
[Trait("Needs", "machines")]
public sealed class UefiDracutTests(MachineParts parts)
{
    [Fact]
    public async Task Boot_UefiStickAndDracutPayload_LeavesCleanDiskWithTheFile()
    {
        LaptopDisk disk = await parts.DiskAsync(PayloadInitrd.Dracut, BootLayout.Separate);
        await parts.PlayAsync("uefi-dracut", async stage =>
        {
            BootedDesktop desktop = await new TwoMachineBoot(stage, disk, parts.NewKey("stick")).RunAsync(DesktopStart.Uefi, TestContext.Current.CancellationToken);
            Assert.Equal("/dev/nbd0p3", desktop.Root.Device);
        });
    }
}
