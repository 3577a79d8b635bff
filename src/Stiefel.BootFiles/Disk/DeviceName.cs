using System.Globalization;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>Finds a device by the names that `root=` and people use (man 7 kernel-command-line, man 8 mount), without udev's links.</summary>
internal static class DeviceName
{
    // GPT partition types of root file systems, for x86-64 and arm64 (UAPI.2, Discoverable Partitions Specification).
    private static readonly string[] s_rootTypes = ["4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "b921b045-1df0-41c3-af44-4c6f280d3fae"];

    /// <summary>The device that the name means; null if it is none of the given ones.</summary>
    /// <param name="name">`UUID=…`, `/dev/disk/by-uuid/…`, `/dev/sda2`; empty: the partition whose type is that of a root file system.</param>
    /// <param name="devices">The devices to choose from.</param>
    public static ProbedDevice? Find(string name, IReadOnlyList<ProbedDevice> devices)
    {
        // systemd's names for a root that is found by its partition type.
        if (name is "" or "gpt-auto" or "dissect")
        {
            return devices.FirstOrDefault(device => s_rootTypes.Contains(device.PartType, StringComparer.OrdinalIgnoreCase));
        }

        (var tag, var value) = Cut(name);
        return devices.FirstOrDefault(device => tag switch
        {
            "UUID" => Same(device.Uuid, value),
            "PARTUUID" => Same(device.PartUuid, value),
            "LABEL" => device.Label == value,
            "PARTLABEL" => device.PartLabel == value,
            _ => RealPath(device.Path) == RealPath(name) || device.Aliases.Contains(name),
        });
    }

    private static (string Tag, string Value) Cut(string name)
    {
        const string Links = "/dev/disk/by-";
        var separator = name.StartsWith(Links, StringComparison.Ordinal) ? '/' : '=';
        var rest = separator == '/' ? name[Links.Length..] : name;
        var end = rest.IndexOf(separator, StringComparison.Ordinal);
        return end < 0 ? ("", name) : (rest[..end].ToUpperInvariant(), Unescape(rest[(end + 1)..]).Trim('"'));
    }

    /// <summary>Decodes `\x20`, as udev writes characters that should not occur in a file name.</summary>
    private static string Unescape(string value)
    {
        for (var at = 0; (at = value.IndexOf("\\x", at, StringComparison.Ordinal)) >= 0; at++)
        {
            if (byte.TryParse(value.AsSpan(at + 2, Math.Min(2, value.Length - at - 2)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                value = $"{value[..at]}{(char)code}{value[Math.Min(at + 4, value.Length)..]}";
            }
        }

        return value;
    }

    // UUIDs are written in either case; those of FAT usually in upper case.
    private static bool Same(string found, string wanted) => found.Length > 0 && found.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    private static string RealPath(string path) => (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path;
}
