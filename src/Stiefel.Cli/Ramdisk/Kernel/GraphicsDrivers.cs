namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>
/// Drivers of screens in a ramdisk. After kexec the picture of the kernel before is gone with its driver, and the firmware's is not there again: without
/// a driver of its own the ramdisk serves behind a dark screen.
/// </summary>
internal static class GraphicsDrivers
{
    private const string Place = "kernel/drivers/gpu/drm";

    // What drivers share; drm itself and its helpers lie above all of them.
    private static readonly string[] s_shared = ["ttm", "scheduler", "display", "bridge", "panel", "i2c", "lib"];

    /// <summary>Their names, without what they share.</summary>
    /// <param name="modules">The modules of one kernel: lib/modules/RELEASE.</param>
    public static IReadOnlyList<string> In(string modules)
    {
        var place = Path.Combine(modules, Place);
        return Directory.Exists(place)
            ? [.. Directory.GetDirectories(place).Where(directory => !s_shared.Contains(Path.GetFileName(directory)))
                .SelectMany(directory => Directory.GetFiles(directory, "*.ko", SearchOption.AllDirectories))
                .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>For the person who makes the ramdisk.</summary>
    public static string Describe(IReadOnlyList<string> drivers) => drivers.Count == 0
        ? "graphics drivers: none, so that a laptop's screen stays dark while it serves, if its own system drove it (it beeps, and `stiefel status` tells what it does); `modules: [i915]` adds Intel's, initrd.include-modules others"
        : $"graphics drivers: {string.Join(", ", drivers)}; the screen of a laptop with another card stays dark while it serves";
}
