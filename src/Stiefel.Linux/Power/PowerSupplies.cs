using Stiefel.Linux.Files;

namespace Stiefel.Linux.Power;

/// <summary>Reads all of /sys/class/power_supply.</summary>
public static class PowerSupplies
{
    /// <summary>Largest number of supplies read; laptops have two to eight.</summary>
    public const int Most = 64;

    /// <summary>The directory of power supplies in sysfs.</summary>
    public const string DefaultDirectory = "/sys/class/power_supply";

    /// <summary>Reads all supplies; there may be none. Null if the directory does not exist. Never throws because of its contents, but may wait for a battery's controller.</summary>
    /// <param name="directory">The directory of power supplies in sysfs; another one in tests.</param>
    public static IReadOnlyList<PowerSupply>? Read(string directory = DefaultDirectory) =>
        SysfsText.List(directory, Most) is { } names ? [.. names.Select(name => PowerSupply.Read(Path.Combine(directory, name)))] : null;
}
