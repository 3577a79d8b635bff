using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

public class ModuleSelectionTests
{
    private static readonly ModuleDependencies s_modules = new([
        "kernel/drivers/net/ethernet/intel/e1000/e1000.ko:",
        "kernel/drivers/net/usb/r8152.ko: kernel/drivers/net/mii.ko kernel/drivers/usb/core/usbcore.ko kernel/drivers/usb/common/usb-common.ko",
        "kernel/drivers/net/mii.ko:",
        "kernel/drivers/usb/core/usbcore.ko: kernel/drivers/usb/common/usb-common.ko",
        "kernel/drivers/usb/common/usb-common.ko:",
        "kernel/drivers/net/wireless/intel/iwlwifi/iwlwifi.ko: kernel/net/wireless/cfg80211.ko",
        "kernel/net/wireless/cfg80211.ko:",
        "kernel/sound/core/snd.ko:",
        "kernel/drivers/gpu/drm/i915/i915.ko: kernel/drivers/gpu/drm/drm.ko",
        "kernel/drivers/gpu/drm/drm.ko:",
        "kernel/lib/test_bpf.ko:",
        "kernel/drivers/block/loop.ko:",
    ]);

    [Fact]
    public void Choose_UsualRules_TakesWiredNetworkingAndWhatItNeedsOnly()
        => Assert.Equal(
            ["e1000", "loop", "mii", "r8152", "usb-common", "usbcore"],
            s_modules.Choose(ModuleRules.Usual).Select(Path.GetFileNameWithoutExtension).Order());

    [Fact]
    public void Choose_MoreRules_BringTheirDependencies()
        => Assert.Contains("kernel/drivers/gpu/drm/drm.ko", s_modules.Choose(ModuleRules.Usual.With(["drivers/gpu/drm/i915/"])));

    [Fact]
    public void Choose_WantedByNameOrDirectory_ComeAlongWhateverIsExcluded()
        => Assert.Equal(
            ["cfg80211", "iwlwifi", "snd", "test_bpf"],
            s_modules.Choose(new ModuleRules([], ["lib/test"]) { Wanted = ["sound/", "iwlwifi", "test-bpf"] }).Select(Path.GetFileNameWithoutExtension).Order());

    [Theory]
    [InlineData("e100")]
    [InlineData("drivers/nothing/")]
    public void Choose_WantedModuleThatIsNotThere_IsNamed(string wish)
        => Assert.Contains(
            $"no module `{wish}`",
            Assert.Throws<FailedException>(() => s_modules.Choose(ModuleRules.Usual with { Wanted = [wish] })).Message);

    [Fact]
    public void InLoadOrder_Needs_ComeBeforeTheModule()
        => Assert.Equal(
            ["usb-common", "usbcore", "mii", "r8152", "loop"],
            s_modules.InLoadOrder(["r8152", "built-in", "loop"]).Select(Path.GetFileNameWithoutExtension));
}
