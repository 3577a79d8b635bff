using System.Globalization;

namespace Stiefel.Linux.Devices;

/// <summary>
/// Reads the `modalias` strings of this machine's devices from /sys, by which modprobe finds drivers (man 5 modules.dep,
/// depmod's modules.alias).
/// </summary>
public static class HardwareAliases
{
    /// <summary>Longest alias; the kernel's own buffer for one is a page (uevent, PAGE_SIZE).</summary>
    private const int MaxAliasLength = 4096;

    /// <summary>
    /// The aliases of everything between the processor and each network interface: the interface's device, every bus and bridge above it, and the
    /// transceiver (PHY) beside it. Sorted, without duplicates. Interfaces that vanish meanwhile are left out.
    /// </summary>
    /// <param name="sysRoot">The directory where sysfs is mounted: `/sys`.</param>
    public static IReadOnlyList<string> ForNetworkPath(string sysRoot)
    {
        var aliases = new SortedSet<string>(StringComparer.Ordinal);
        var interfaces = new DirectoryInfo(Path.Combine(sysRoot, "class/net"));
        foreach (var entry in interfaces.Exists ? interfaces.EnumerateFileSystemInfos() : [])
        {
            if (entry.ResolveLinkTarget(returnFinalTarget: true) is DirectoryInfo device)
            {
                AddWithParents(aliases, device, top: Path.Combine(sysRoot, "devices"));
                AddTransceiver(aliases, device);
            }
        }

        return [.. aliases];
    }

    /// <summary>The modaliases of all devices of the machine, sorted, without duplicates.</summary>
    /// <param name="sysRoot">The directory where sysfs is mounted: `/sys`.</param>
    public static IReadOnlyList<string> ForAllDevices(string sysRoot)
    {
        var aliases = new SortedSet<string>(StringComparer.Ordinal);
        EnumerationOptions everywhere = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (var file in Directory.EnumerateFiles(Path.Combine(sysRoot, "devices"), "modalias", everywhere))
        {
            if (ReadLine(file) is { Length: > 0 } alias)
            {
                aliases.Add(alias);
            }
        }

        return [.. aliases];
    }

    private static void AddWithParents(SortedSet<string> aliases, DirectoryInfo device, string top)
    {
        var prefix = Path.GetFullPath(top) + '/';
        for (var step = device; step is not null && step.FullName.StartsWith(prefix, StringComparison.Ordinal); step = step.Parent)
        {
            if (ReadLine(Path.Combine(step.FullName, "modalias")) is { Length: > 0 } alias)
            {
                aliases.Add(alias);
            }
        }
    }

    // A PHY has no modalias file: the kernel requests `mdio:` followed by the 32 binary digits of its identifier (linux/mod_devicetable.h, MDIO_ID_FMT).
    private static void AddTransceiver(SortedSet<string> aliases, DirectoryInfo device)
    {
        var text = ReadLine(Path.Combine(device.FullName, "phydev/phy_id"));
        if (text?.StartsWith("0x", StringComparison.Ordinal) == true && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, null, out var identifier))
        {
            aliases.Add($"mdio:{identifier:b32}");
        }
    }

    private static string? ReadLine(string file)
    {
        try
        {
            var text = File.ReadAllText(file).TrimEnd('\n');
            return text.Length <= MaxAliasLength ? text : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
