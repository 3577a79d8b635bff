using System.Globalization;

namespace Stiefel.BootFiles.Disk.Volumes.Lvm;

/// <summary>A logical volume as device-mapper is told of it.</summary>
/// <param name="Group">Name of its volume group.</param>
/// <param name="Name">Its own.</param>
/// <param name="Table">Lines of man 8 dmsetup; null if it is of a kind that is not opened here.</param>
/// <param name="Problem">Why, if <see cref="Table"/> is null.</param>
/// <param name="IsIncomplete">A part of it lies on a device that is not here.</param>
internal sealed record LogicalVolume(string Group, string Name, string? Table, string? Problem, bool IsIncomplete = false)
{
    /// <summary>How the system it belongs to calls it: /dev/mapper/vg-lv, with dashes doubled, and /dev/vg/lv.</summary>
    public IReadOnlyList<string> UsualPaths => [$"/dev/mapper/{Double(Group)}-{Double(Name)}", $"/dev/{Group}/{Name}"];

    private static string Double(string name) => name.Replace("-", "--", StringComparison.Ordinal);
}

/// <summary>
/// What LVM's metadata says about a volume group (man 8 lvm; lib/format_text/import_vsn1.c), as far as it takes to read linear and striped
/// volumes. Nothing is ever written: LVM's own tools would have to be told not to, and are four times as large as all else that opens disks.
/// </summary>
internal sealed class VolumeGroup
{
    private const int MaxVolumes = 256;
    private const int MaxSegments = 4096;

    // man 8 lvm, "valid names": they become parts of paths and arguments.
    private const int MaxName = 127;

    private readonly LvmSection _content;
    private readonly Dictionary<string, string> _devices;

    private VolumeGroup(string name, LvmSection content, Dictionary<string, string> devices) => (Name, _content, _devices) = (name, content, devices);

    public string Name { get; }

    /// <summary>The groups that devices belong to, each by its newest metadata.</summary>
    /// <param name="volumes">Devices that were read.</param>
    /// <exception cref="FormatException">The metadata is not what LVM writes.</exception>
    public static IReadOnlyList<VolumeGroup> FromDevices(IReadOnlyList<PhysicalVolume> volumes)
    {
        var newest = new Dictionary<string, (string Name, LvmSection Content, long Number)>(StringComparer.Ordinal);
        foreach ((var name, var content) in volumes.SelectMany(volume => volume.Metadata?.Sections ?? []))
        {
            var number = content.Number("seqno");
            var id = content.Text("id");
            if (!newest.TryGetValue(id, out var known) || known.Number < number)
            {
                newest[id] = (Valid(name), content, number);
            }
        }

        var devices = volumes.DistinctBy(volume => volume.Id).ToDictionary(volume => volume.Id, volume => volume.Device, StringComparer.Ordinal);
        return [.. newest.Values.Select(group => new VolumeGroup(group.Name, group.Content, devices))];
    }

    /// <summary>The devices of the group that are here.</summary>
    public IReadOnlyList<string> Devices => [.. Physical().Values.Select(part => part.Device).OfType<string>()];

    /// <summary>The volumes that are for use, not parts of others.</summary>
    /// <exception cref="FormatException">The metadata is not what LVM writes.</exception>
    public IReadOnlyList<LogicalVolume> Volumes()
    {
        if (!_content.Sections.TryGetValue("logical_volumes", out var volumes))
        {
            return []; // a new group has none
        }

        var physical = Physical();
        return [.. volumes.Sections
            .Where(volume => volume.Value.Values.TryGetValue("status", out var status) && status.Contains("VISIBLE"))
            .Take(MaxVolumes)
            .Select(volume => Describe(Valid(volume.Key), volume.Value, physical))];
    }

    private Dictionary<string, (string? Device, long Start)> Physical() => _content.Section("physical_volumes").Sections.ToDictionary(
        part => part.Key,
        part => (_devices.GetValueOrDefault(part.Value.Text("id").Replace("-", "", StringComparison.Ordinal)), part.Value.Number("pe_start")),
        StringComparer.Ordinal);

    private LogicalVolume Describe(string name, LvmSection volume, Dictionary<string, (string? Device, long Start)> physical)
    {
        var lines = new SortedDictionary<long, string>();
        var extent = _content.Number("extent_size");
        foreach (var segment in volume.Sections.Where(part => part.Key.StartsWith("segment", StringComparison.Ordinal)).Select(part => part.Value).Take(MaxSegments))
        {
            if (segment.Text("type") is not "striped" and var type)
            {
                return new LogicalVolume(Name, name, null, $"{Name}/{name} is of LVM's type {Printable(type)}, and only linear and striped ones are opened here");
            }

            try
            {
                (var first, var line, var missing) = Line(segment, extent, physical);
                if (line is null)
                {
                    return new LogicalVolume(Name, name, null, $"a part of {Name}/{name} lies on a device that is not here ({Printable(missing!)})", IsIncomplete: true);
                }

                lines[first] = line;
            }
            catch (OverflowException)
            {
                throw new FormatException($"LVM metadata: {name} lies where it cannot");
            }
        }

        return new LogicalVolume(Name, name, string.Concat(lines.Values), null);
    }

    /// <summary>`start length linear device offset`, or `start length striped number chunk device offset …`; all in sectors of 512 bytes.</summary>
    private static (long First, string? Line, string? Missing) Line(LvmSection segment, long extent, Dictionary<string, (string? Device, long Start)> physical)
    {
        var first = checked(segment.Number("start_extent") * extent);
        var length = checked(segment.Number("extent_count") * extent);
        var stripes = segment.Values.GetValueOrDefault("stripes") ?? [];
        if (stripes.Count < 2 || stripes.Count % 2 != 0 || stripes.Count / 2 != segment.Number("stripe_count"))
        {
            throw new FormatException("LVM metadata: stripes do not match their number");
        }

        var places = new List<string>();
        for (var at = 0; at < stripes.Count; at += 2)
        {
            if (!physical.TryGetValue(stripes[at], out var part) || part.Device is null)
            {
                return (first, null, stripes[at]);
            }

            places.Add(FormattableString.Invariant($"{part.Device} {checked(part.Start + (LvmSection.ToNumber(stripes[at + 1], "stripes") * extent))}"));
        }

        var kind = places.Count == 1 ? "linear" : FormattableString.Invariant($"striped {places.Count} {segment.Number("stripe_size")}");
        return (first, string.Create(CultureInfo.InvariantCulture, $"{first} {length} {kind} {string.Join(' ', places)}\n"), null);
    }

    private static string Valid(string name) => name.Length <= MaxName && name[0] is not '-' and not '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '+')
        ? name
        : throw new FormatException("LVM metadata: a name is none that LVM allows");

    private static string Printable(string text) => string.Concat(text.Take(64).Select(c => c is > ' ' and < '\x7f' ? c : '?'));
}
