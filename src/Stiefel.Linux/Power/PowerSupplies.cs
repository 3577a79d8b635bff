using Stiefel.Linux.Files;

namespace Stiefel.Linux.Power;

/// <summary>Everything below /sys/class/power_supply at one moment.</summary>
public static class PowerSupplies
{
    /// <summary>Laptops have two to eight.</summary>
    public const int Most = 64;

    /// <summary>Where sysfs has them.</summary>
    public const string DefaultDirectory = "/sys/class/power_supply";

    /// <summary>Reads them all; none may be there. Null if there is no such directory. Never throws for what it meets, but may wait for a battery's controller.</summary>
    /// <param name="directory">Where sysfs has them; another in tests.</param>
    public static IReadOnlyList<PowerSupply>? Read(string directory = DefaultDirectory) =>
        SysfsText.List(directory, Most) is { } names ? [.. names.Select(name => PowerSupply.Read(Path.Combine(directory, name)))] : null;
}
