using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The file systems of a disk under GRUB's names: `hd0,gpt2`, `lvm/vg-root`, `cryptouuid/…`.</summary>
/// <remarks>
/// Which disk is `hd0` depends on the firmware; since only one disk is searched, it answers to every number. A directory about which nothing is
/// known answers to every device name, UUID and label.
/// </remarks>
internal sealed class GrubDevices(BootDisk disk)
{
    private const string LuksAlias = "/dev/mapper/luks-";

    /// <summary>The name that scripts see in `$root`.</summary>
    public static string NameOf(BootVolume volume)
        => volume.Device is not { } device ? "hd0"
            : device.PartNumber > 0 ? $"hd0,{(device.PartScheme == "dos" ? "msdos" : device.PartScheme)}{device.PartNumber}"
            : LogicalName(device) ?? CryptName(device) ?? (device.TableType.Length == 0 && device.Title.Length == 0 ? "hd0" : $"md/{Path.GetFileName(device.Path)}");

    /// <summary>The file system with this name; null if there is none.</summary>
    public BootVolume? Find(string name)
    {
        var known = disk.Volumes.FirstOrDefault(volume => volume.Device is null ? IsPart(name) : Matches(volume, name));
        var found = known ?? (name.StartsWith("mduuid/", StringComparison.Ordinal) ? OnlyArray() : null);
        disk.IsMissingVolume |= found is null && (name.StartsWith("lvm", StringComparison.Ordinal) || name.StartsWith("mduuid/", StringComparison.Ordinal));
        return found;
    }

    /// <summary>Records that a script looked for a UUID or label that no file system here has.</summary>
    public void Miss() => disk.IsMissingVolume = true;

    /// <summary>The file systems with this UUID.</summary>
    public IEnumerable<BootVolume> WithUuid(string uuid)
        => disk.Volumes.Where(volume => volume.Device is null || string.Equals(volume.Device.Uuid, uuid, StringComparison.OrdinalIgnoreCase));

    /// <summary>The file systems with this label.</summary>
    public IEnumerable<BootVolume> WithLabel(string label) => disk.Volumes.Where(volume => volume.Device is null || volume.Device.Label == label);

    /// <summary>The file systems whose partition has this UUID.</summary>
    public IEnumerable<BootVolume> WithPartUuid(string uuid)
        => disk.Volumes.Where(volume => volume.Device is null || string.Equals(volume.Device.PartUuid, uuid, StringComparison.OrdinalIgnoreCase));

    /// <summary>The file systems that hold a file at this path.</summary>
    public IEnumerable<BootVolume> WithFile(string path)
        => disk.Volumes.Where(volume =>
        {
            if (!path.StartsWith('/'))
            {
                return false;
            }

            using var file = volume.OpenFile(path);
            return file is not null;
        });

    private static bool Matches(BootVolume volume, string name)
    {
        var device = volume.Device!;
        if (NameOf(volume) == name || (LogicalName(device) is { } logical && logical == name))
        {
            return true;
        }

        // Matches (hd1,gpt2), (hd0,2), and the whole disk if it has no partitions.
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !IsDrive(name.AsSpan(0, comma)))
        {
            return comma < 0 && device.PartNumber == 0 && device.Title.Length == 0 && IsDrive(name);
        }

        var part = name.AsSpan(comma + 1).TrimStart("abcdefghijklmnopqrstuvwxyz");
        var scheme = name.AsSpan(comma + 1, name.Length - comma - 1 - part.Length);
        return int.TryParse(part, out var number) && number == device.PartNumber
            && (scheme.IsEmpty || scheme.SequenceEqual(device.PartScheme == "dos" ? "msdos" : device.PartScheme));
    }

    /// <summary>`lvm/GROUP-VOLUME`, where hyphens inside either name are doubled (grub-core/disk/diskfilter.c).</summary>
    private static string? LogicalName(ProbedDevice device)
        => device.Title.Split('/') is [{ Length: > 0 } group, { Length: > 0 } volume] && !group.Contains(' ', StringComparison.Ordinal)
            ? $"lvm/{Double(group)}-{Double(volume)}" : null;

    private static string Double(string name) => name.Replace("-", "--", StringComparison.Ordinal);

    /// <summary>`cryptouuid/UUID`, with the UUID's hyphens left out.</summary>
    private static string? CryptName(ProbedDevice device)
        => device.Aliases.FirstOrDefault(alias => alias.StartsWith(LuksAlias, StringComparison.Ordinal)) is { } alias
            ? $"cryptouuid/{alias[LuksAlias.Length..].Replace("-", "", StringComparison.Ordinal)}" : null;

    private BootVolume? OnlyArray()
        => disk.Volumes.Where(volume => volume.Device?.Title.StartsWith("RAID", StringComparison.Ordinal) == true).ToArray() is [var only] ? only : null;

    private static bool IsPart(string name)
    {
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        return IsDrive(comma < 0 ? name : name.AsSpan(0, comma)) || name.StartsWith("lvm", StringComparison.Ordinal)
            || name.StartsWith("crypto", StringComparison.Ordinal) || name.StartsWith("mduuid/", StringComparison.Ordinal);
    }

    private static bool IsDrive(ReadOnlySpan<char> name)
    {
        var kind = name.TrimEnd("0123456789");
        return kind.Length < name.Length && kind is "hd" or "ahci" or "ata" or "nvme" or "usb" or "efidisk";
    }
}
