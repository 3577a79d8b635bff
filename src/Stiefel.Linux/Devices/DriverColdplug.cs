using Stiefel.Linux.Processes;

namespace Stiefel.Linux.Devices;

/// <summary>
/// Loads the drivers of the present devices by passing their modaliases to modprobe. One pass is not enough: a driver may add
/// devices (a virtio PCI function, a USB host), which have new aliases.
/// </summary>
public sealed class DriverColdplug
{
    private const int MaxPasses = 8;

    // Few enough aliases that modprobe's argument list stays far below the kernel's limit.
    private const int AliasesPerCall = 64;

    // Skip graphics and sound: they do not lead to a network, and their drivers take seconds to load.
    private static readonly string[] s_unwantedClasses = ["bc03", "bc04"];

    private readonly string _modprobe;
    private readonly string _sysRoot;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <param name="modprobePath">The modprobe of kmod or busybox.</param>
    /// <param name="sysRoot">The directory where sysfs is mounted.</param>
    public DriverColdplug(string modprobePath, string sysRoot = "/sys")
    {
        _modprobe = modprobePath;
        _sysRoot = sysRoot;
    }

    /// <summary>Repeats passes until nothing new appears; returns the number of aliases that were passed to modprobe.</summary>
    /// <param name="modprobePath">The modprobe of kmod or busybox.</param>
    /// <param name="settle">Called after each pass to wait for the devices that drivers add; true ends the passes.</param>
    /// <param name="sysRoot">The directory where sysfs is mounted.</param>
    public static int LoadAll(string modprobePath, Func<bool> settle, string sysRoot = "/sys")
    {
        var coldplug = new DriverColdplug(modprobePath, sysRoot);
        for (var pass = 0; pass < MaxPasses && coldplug.LoadNew() > 0 && !settle(); pass++)
        {
        }

        return coldplug._asked.Count;
    }

    /// <summary>Makes one pass over the aliases that are new since the last; returns their number.</summary>
    public int LoadNew()
    {
        var aliases = HardwareAliases.ForAllDevices(_sysRoot).Where(IsWanted).Where(_asked.Add).ToList();
        foreach (var some in aliases.Chunk(AliasesPerCall))
        {
            // Ignore the exit code: most aliases belong to built-in drivers or to none.
            _ = ChildProcess.Run(_modprobe, ["modprobe", "-a", "-q", "-b", .. some]);
        }

        return aliases.Count;
    }

    internal static bool IsWanted(string alias) =>
        !alias.StartsWith("pci:", StringComparison.Ordinal) || !Array.Exists(s_unwantedClasses, unwanted => alias.Contains(unwanted, StringComparison.Ordinal));
}
