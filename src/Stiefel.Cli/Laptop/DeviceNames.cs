using System.Text;
using System.Text.RegularExpressions;

namespace Stiefel.Cli.Laptop;

/// <summary>Interprets the names of block devices in fstab(5), crypttab(5) and kernel arguments.</summary>
internal sealed partial class DeviceNames(LaptopTree tree, BlockTree blocks)
{
    private const string Links = "dev/disk/by-";

    /// <summary>The kernel's name of the device; null if it does not exist or is not a block device.</summary>
    public string? Resolve(string name)
    {
        var text = name.Trim('"', '\'');
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && !text.StartsWith('/'))
        {
            var value = text[(equals + 1)..].Trim('"', '\'');
            return Linked($"{Links}{text[..equals].ToLowerInvariant()}/{value}") ?? Linked($"{Links}{text[..equals].ToLowerInvariant()}/{value.ToLowerInvariant()}");
        }

        return !text.StartsWith("/dev/", StringComparison.Ordinal) ? null
            : Linked(text[1..]) ?? (blocks.Has(text[5..]) ? text[5..] : blocks.Mapped(MapperName(text)));
    }

    /// <summary>True if the name depends on the machine, socket or driver of a disk: on a desktop, where the disk is /dev/nbd0, it means nothing.</summary>
    public static bool IsOfHardware(string name) => Hardware().IsMatch(name.Trim('"', '\''));

    /// <summary>True if the name can mean a block device at all.</summary>
    public static bool IsDevice(string name) => name.StartsWith("/dev/", StringComparison.Ordinal) || Tag().IsMatch(name);

    /// <summary>A permanent name of the disk on this machine that the ramdisk, which has no udev, understands as well; null if there is none.</summary>
    public string? LastingNameOf(string disk) => tree.Names(Links + "id")
        .Where(name => Linked($"{Links}id/{name}") == disk)
        .OrderBy(Preference).ThenBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal)
        .Select(name => $"/{Links}id/{name}")
        .FirstOrDefault();

    // Prefer names with model and serial number, which people know. NVMe names that end in a namespace number are understood by udev only.
    private static int Preference(string name) => name.StartsWith("nvme-eui.", StringComparison.Ordinal) || name.StartsWith("nvme-nvme.", StringComparison.Ordinal) ? 2
        : name.StartsWith("wwn-", StringComparison.Ordinal) ? 3
        : name.StartsWith("dm-", StringComparison.Ordinal) || name.StartsWith("lvm-", StringComparison.Ordinal) || name.StartsWith("md-", StringComparison.Ordinal) ? 4
        : name.StartsWith("nvme-", StringComparison.Ordinal) && name.EndsWith("_1", StringComparison.Ordinal) ? 1
        : 0;

    private string? Linked(string path) => tree.LinkText(path) is { } target && blocks.Has(Path.GetFileName(target)) ? Path.GetFileName(target) : null;

    // `/dev/vg/root` and `/dev/mapper/vg-root` are the same device; a dash within a name is doubled (man 8 lvm).
    private static string MapperName(string path) => path.Split('/') switch
    {
        [_, _, "mapper", var name] => name,
        [_, _, var group, var volume] => $"{group.Replace("-", "--", StringComparison.Ordinal)}-{volume.Replace("-", "--", StringComparison.Ordinal)}",
        _ => "\0",
    };

    /// <summary>Decodes escapes of fstab and mountinfo, such as `\040` for a space.</summary>
    public static string Unescape(string field)
    {
        var text = new StringBuilder();
        for (var at = 0; at < field.Length; at++)
        {
            if (field[at] == '\\' && at + 3 < field.Length && field.AsSpan(at + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                text.Append((char)(((field[at + 1] - '0') << 6) | ((field[at + 2] - '0') << 3) | (field[at + 3] - '0')));
                at += 3;
            }
            else
            {
                text.Append(field[at]);
            }
        }

        return text.ToString();
    }

    [GeneratedRegex("^/dev/(?:(?:[shv]|xv)d[a-z]+\\d*|nvme\\d+n\\d+(?:p\\d+)?|mmcblk\\d+(?:p\\d+)?|disk/by-(?:id|path|diskseq)/.+)$")]
    private static partial Regex Hardware();

    [GeneratedRegex("^(?:UUID|LABEL|PARTUUID|PARTLABEL|ID)=", RegexOptions.IgnoreCase)]
    private static partial Regex Tag();
}
