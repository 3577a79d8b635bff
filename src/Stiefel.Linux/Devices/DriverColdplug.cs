using Stiefel.Linux.Processes;

namespace Stiefel.Linux.Devices;

/// <summary>
/// Loads the drivers of the devices that are there by handing their modaliases to modprobe. One pass is not enough: a driver brings
/// new devices (a virtio PCI function, a USB host), which bring new aliases.
/// </summary>
public sealed class DriverColdplug
{
    private const int MaxPasses = 8;

    // modprobe takes many names at once; this many keep its argument list far below the kernel's limit of 128 KiB for one string list.
    private const int AliasesPerCall = 64;

    // Screens and sound lead to no network and their drivers take seconds.
    private static readonly string[] s_unwantedClasses = ["bc03", "bc04"];

    private readonly string _modprobe;
    private readonly string _sysRoot;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <param name="modprobePath">kmod's or busybox's modprobe.</param>
    /// <param name="sysRoot">Where sysfs is mounted.</param>
    public DriverColdplug(string modprobePath, string sysRoot = "/sys")
    {
        _modprobe = modprobePath;
        _sysRoot = sysRoot;
    }

    /// <summary>Passes until nothing new appears; returns how many aliases were asked for.</summary>
    /// <param name="modprobePath">kmod's or busybox's modprobe.</param>
    /// <param name="settle">Called after each pass to wait for what the drivers found; true ends the passes.</param>
    /// <param name="sysRoot">Where sysfs is mounted.</param>
    public static int LoadAll(string modprobePath, Func<bool> settle, string sysRoot = "/sys")
    {
        var coldplug = new DriverColdplug(modprobePath, sysRoot);
        for (var pass = 0; pass < MaxPasses && coldplug.LoadNew() > 0 && !settle(); pass++)
        {
        }

        return coldplug._asked.Count;
    }

    /// <summary>One pass over the aliases that appeared since the last; returns how many they were.</summary>
    public int LoadNew()
    {
        var aliases = HardwareAliases.ForAllDevices(_sysRoot).Where(IsWanted).Where(_asked.Add).ToList();
        foreach (var some in aliases.Chunk(AliasesPerCall))
        {
            // Its exit code says nothing useful: most aliases belong to built-in drivers or to none.
            _ = ChildProcess.Run(_modprobe, ["modprobe", "-a", "-q", "-b", .. some]);
        }

        return aliases.Count;
    }

    internal static bool IsWanted(string alias) =>
        !alias.StartsWith("pci:", StringComparison.Ordinal) || !Array.Exists(s_unwantedClasses, unwanted => alias.Contains(unwanted, StringComparison.Ordinal));
}
