using System.Globalization;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Power;

/// <summary>Reads the machine's temperature (Documentation/ABI/testing/sysfs-class-thermal).</summary>
public static class Thermometer
{
    /// <summary>The directory of temperature sensors in sysfs.</summary>
    public const string DefaultDirectory = "/sys/class/thermal";

    private const int MostZones = 64;
    private const int Hottest = 150;

    /// <summary>The hottest sensor's temperature in degrees Celsius; null if no sensor reports one. May wait for a controller.</summary>
    /// <param name="directory">The directory of sensors in sysfs; another one in tests.</param>
    public static int? Read(string directory = DefaultDirectory) => (SysfsText.List(directory, MostZones) ?? [])
        .Where(name => name.StartsWith("thermal_zone", StringComparison.Ordinal))
        .Select(name => Degrees(SysfsText.Read(Path.Combine(directory, name, "temp"))))
        .Max();

    // Sensors that are not connected report 0, or the lowest or highest possible number.
    private static int? Degrees(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var thousandths) && thousandths / 1000 is > 0 and < Hottest and var degrees ? degrees : null;
}
