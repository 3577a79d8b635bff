using Stiefel.Machines.Disks;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests the whole story with UEFI, a USB stick, a separate /boot, and a payload whose initramfs has systemd but no network driver.</summary>
[Trait("Needs", "machines")]
public sealed class UefiDracutTests(MachineParts parts)
{
    [Fact]
    public async Task Boot_UefiStickAndDracutPayload_LeavesCleanDiskWithTheFile()
    {
        var disk = await parts.DiskAsync(InitramfsMaker.Dracut, BootLayout.Separate);
        await parts.PlayAsync("uefi-dracut", async run =>
        {
            var desktop = await new TwoMachineBoot(run, disk, parts.NewKey("stick")).RunAsync(DesktopStart.Uefi, TestContext.Current.CancellationToken);
            Assert.Equal("/dev/nbd0p3", desktop.Root.Device);
        });
    }
}
