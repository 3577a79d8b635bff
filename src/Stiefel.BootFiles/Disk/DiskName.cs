using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>
/// Finds the disk that a setting names: a path, or `UUID=`, `LABEL=`, `PARTUUID=`, `PARTLABEL=` (of a file system or partition),
/// `PTUUID=` (of a partition table), `SERIAL=`, or one of udev's links in /dev/disk, which do not exist in a ramdisk without udev.
/// </summary>
public static class DiskName
{
    private const string ByIdLinks = "/dev/disk/by-id/";
    private const string Links = "/dev/disk/by-";
    private const string TableTag = "PTUUID=";
    private const string SerialTag = "SERIAL=";

    // udev cuts the serial number of a virtio disk to this many characters, as the virtio protocol does.
    private const int VirtioSerialLength = 20;

    /// <summary>Returns the disk's path.</summary>
    /// <exception cref="IOException">No disk has this name, or several have it.</exception>
    public static async Task<string> ResolveAsync(string name, CancellationToken token)
    {
        if (name.StartsWith(TableTag, StringComparison.Ordinal))
        {
            var tables = await FileSystemProbe.ProbeAsync([.. DiskIdentity.List().Select(d => d.Path)], token);
            return Only(name, tables.Where(t => t.TableUuid.Equals(name[TableTag.Length..], StringComparison.OrdinalIgnoreCase)).Select(t => t.Path));
        }

        if (name.StartsWith(SerialTag, StringComparison.Ordinal))
        {
            return Only(name, DiskIdentity.List().Where(d => d.Serial == name[SerialTag.Length..]).Select(d => d.Path));
        }

        if (name.StartsWith(ByIdLinks, StringComparison.Ordinal) && !File.Exists(name))
        {
            return FindById(name, DiskIdentity.List());
        }

        var isTag = name is [not '/', ..] && name.Contains('=', StringComparison.Ordinal) && !File.Exists(name);
        if (isTag || (name.StartsWith(Links, StringComparison.Ordinal) && !File.Exists(name)))
        {
            var disks = DiskIdentity.List().Select(d => d.Path);
            var devices = disks.SelectMany(d => DiskPartitions.List(d).Select(p => p.Path).Prepend(d));
            return Only(name, DeviceName.Find(name, await FileSystemProbe.ProbeAsync([.. devices], token)) is { } found ? [found.Path] : []);
        }

        return name;
    }

    /// <summary>Finds `…/ata-MODEL_SERIAL`, `…/nvme-eui.ID`, `…/wwn-0xID` or `…/virtio-SERIAL`, each perhaps followed by `-partN`.</summary>
    /// <exception cref="IOException">No disk has this name, or several have it.</exception>
    internal static string FindById(string link, IReadOnlyList<DiskIdentity> disks)
    {
        var id = link[ByIdLinks.Length..];
        var part = id.LastIndexOf("-part", StringComparison.Ordinal);
        var number = part > 0 && id[(part + 5)..] is { Length: > 0 } digits && digits.All(char.IsAsciiDigit) ? digits : "";
        var disk = number.Length > 0 ? id[..part] : id;
        var path = Only(link, disks.Where(d => IsMeant(disk, d)).Select(d => d.Path));

        // A name that ends in a digit gets a `p`: nvme0n1p2, but sda2 (man 5 proc_partitions).
        return number.Length == 0 ? path : char.IsAsciiDigit(path[^1]) ? $"{path}p{number}" : path + number;
    }

    private static bool IsMeant(string id, DiskIdentity disk)
    {
        // udev replaces blanks in a serial number by underscores.
        var serial = string.Join('_', disk.Serial.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var world = disk.WorldWideId;
        return (serial.Length > 0 && (id.EndsWith('_' + serial, StringComparison.Ordinal)
                || id == "virtio-" + serial[..Math.Min(serial.Length, VirtioSerialLength)]))
            || (world.Length > 0 && (id == "nvme-" + world || id == "wwn-0x" + world.Replace("naa.", "", StringComparison.Ordinal)));
    }

    private static string Only(string name, IEnumerable<string> paths) => paths.Distinct().ToArray() switch
    {
        [var path] => path,
        [] => throw new IOException($"there is no disk {name}; /proc/partitions lists the disks"),
        var several => throw new IOException($"{name} matches several disks: {string.Join(", ", several)}; name one of them"),
    };
}
