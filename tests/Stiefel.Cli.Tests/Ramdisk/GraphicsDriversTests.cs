using Stiefel.Cli.Ramdisk.Kernel;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

public sealed class GraphicsDriversTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void In_ModulesOfAKernel_AreThoseOfCardsOnly()
    {
        foreach (var module in new[] { "drm.ko", "drm_kms_helper.ko", "ttm/ttm.ko", "scheduler/gpu-sched.ko", "display/drm_display_helper.ko", "i915/i915.ko", "amd/amdgpu/amdgpu.ko", "tiny/bochs.ko" })
        {
            var file = _directory["6.1/kernel/drivers/gpu/drm/" + module];
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "");
        }

        Assert.Equal(["amdgpu", "bochs", "i915"], GraphicsDrivers.In(_directory["6.1"]));
        Assert.StartsWith("graphics drivers: amdgpu, bochs, i915; ", GraphicsDrivers.Describe(GraphicsDrivers.In(_directory["6.1"])), StringComparison.Ordinal);
    }

    [Fact]
    public void In_ModulesWithoutAny_AreNoneAndTheLimitIsTold()
    {
        Directory.CreateDirectory(_directory["6.1/kernel/drivers/net"]);
        Assert.Empty(GraphicsDrivers.In(_directory["6.1"]));
        Assert.Contains("screen may stay dark", GraphicsDrivers.Describe([]), StringComparison.Ordinal);
    }
}
