using System.Globalization;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Power;

/// <summary>How warm the machine is: Documentation/ABI/testing/sysfs-class-thermal.</summary>
public static class Thermometer
{
    /// <summary>Where sysfs has the sensors.</summary>
    public const string DefaultDirectory = "/sys/class/thermal";

    private const int MostZones = 64;
    private const int Hottest = 150;

    /// <summary>Degrees Celsius of the hottest sensor; null without any that tells. May wait for a controller.</summary>
    /// <param name="directory">Where sysfs has them; another in tests.</param>
    public static int? Read(string directory = DefaultDirectory) => (SysfsText.List(directory, MostZones) ?? [])
        .Where(name => name.StartsWith("thermal_zone", StringComparison.Ordinal))
        .Select(name => Degrees(SysfsText.Read(Path.Combine(directory, name, "temp"))))
        .Max();

    // Zones that nobody wired up say 0, or the coldest or the hottest number there is.
    private static int? Degrees(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var thousandths) && thousandths / 1000 is > 0 and < Hottest and var degrees ? degrees : null;
}
