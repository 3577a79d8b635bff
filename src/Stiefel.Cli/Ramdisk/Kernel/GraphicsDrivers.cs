namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>
/// Lists the graphics drivers in a ramdisk. After kexec neither the previous kernel's driver nor the firmware shows a picture any more, so without a driver
/// of its own the ramdisk leaves the screen dark.
/// </summary>
internal static class GraphicsDrivers
{
    private const string Place = "kernel/drivers/gpu/drm";

    // Directories of code that drivers share; drm and its helpers are not in subdirectories.
    private static readonly string[] s_shared = ["ttm", "scheduler", "display", "bridge", "panel", "i2c", "lib"];

    /// <summary>Names of the drivers, without shared code.</summary>
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

    /// <summary>One line for the user who makes the ramdisk.</summary>
    public static string Describe(IReadOnlyList<string> drivers) => drivers.Count == 0
        ? "graphics drivers: none, so a laptop's screen may stay dark while it serves (it beeps, and `stiefel status` shows what it does); `modules: [i915]` adds Intel's driver, initrd.include-modules adds others"
        : $"graphics drivers: {string.Join(", ", drivers)}; the screen of a laptop with another card stays dark while it serves";
}
