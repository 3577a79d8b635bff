using System.Globalization;

namespace Stiefel.Linux.Network;

/// <summary>The names by which systemd-udevd would know a card (man 7 systemd.net-naming-scheme): by its address, and by its place on the PCI bus.</summary>
public static class FurtherNames
{
    private const int HeaderTypeAt = 0x0e;
    private const int HasFunctions = 0x80;

    /// <summary>Returns both, or the first alone for a card that is not on the PCI bus.</summary>
    /// <param name="name">The interface's name.</param>
    /// <param name="mac">Its hardware address.</param>
    /// <param name="root">The parent of the interfaces' directories in sysfs.</param>
    public static IReadOnlyList<string> Of(string name, MacAddress mac, string root = LinkHardware.Root)
    {
        var byAddress = $"enx{Convert.ToHexStringLower(mac.ToBytes())}";
        return PciName(Path.Combine(root, name)) is { } byPlace ? [byPlace, byAddress] : [byAddress];
    }

    private static string? PciName(string card)
    {
        try
        {
            // One link after the other: .NET takes the second one's `..` for the parent of the first link, not of what it leads to.
            var directory = File.ResolveLinkTarget(card, returnFinalTarget: false)?.FullName ?? card;
            var path = File.ResolveLinkTarget(Path.Combine(directory, "device"), returnFinalTarget: false)?.FullName ?? "";
            if (Path.GetFileName(path).StartsWith("virtio", StringComparison.Ordinal))
            {
                path = Path.GetDirectoryName(path)!;
            }

            // 0000:03:00.0, hexadecimal.
            return Path.GetFileName(path).Split(':', '.') is [var domain, var bus, var slot, var function]
                && Hexadecimal(domain) is { } inDomain && Hexadecimal(bus) is { } onBus && Hexadecimal(slot) is { } inSlot && Hexadecimal(function) is { } asFunction
                ? string.Create(CultureInfo.InvariantCulture, $"en{(inDomain > 0 ? $"P{inDomain}" : "")}p{onBus}s{inSlot}{(asFunction > 0 || IsOneOfSeveral(path) ? $"f{asFunction}" : "")}")
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsOneOfSeveral(string device)
    {
        using var configuration = File.OpenRead(Path.Combine(device, "config"));
        configuration.Position = HeaderTypeAt;
        return (configuration.ReadByte() & HasFunctions) != 0;
    }

    private static int? Hexadecimal(string digits) => int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : null;
}
