using System.Globalization;

namespace Stiefel.BootFiles.Disk.Volumes.Lvm;

/// <summary>A logical volume and its device-mapper table.</summary>
/// <param name="Group">The name of its volume group.</param>
/// <param name="Name">The volume's own name.</param>
/// <param name="Table">Lines as in man 8 dmsetup; null if the volume cannot be opened here.</param>
/// <param name="Problem">Why <see cref="Table"/> is null.</param>
/// <param name="IsIncomplete">True if a part of the volume lies on a missing device.</param>
internal sealed record LogicalVolume(string Group, string Name, string? Table, string? Problem, bool IsIncomplete = false)
{
    /// <summary>The paths that the system on this disk uses: /dev/mapper/vg-lv, with hyphens doubled, and /dev/vg/lv.</summary>
    public IReadOnlyList<string> UsualPaths => [$"/dev/mapper/{Double(Group)}-{Double(Name)}", $"/dev/{Group}/{Name}"];

    private static string Double(string name) => name.Replace("-", "--", StringComparison.Ordinal);
}

/// <summary>
/// A volume group according to LVM's metadata (man 8 lvm; lib/format_text/import_vsn1.c), as far as linear and striped volumes need it.
/// Nothing is ever written. LVM's own tools would have to be kept from writing, and are four times as large as all other tools that open disks.
/// </summary>
internal sealed class VolumeGroup
{
    private const int MaxVolumes = 256;
    private const int MaxSegments = 4096;

    // Names become parts of paths and arguments, so only valid ones are accepted (man 8 lvm, "valid names").
    private const int MaxName = 127;

    private readonly LvmSection _content;
    private readonly Dictionary<string, string> _devices;

    private VolumeGroup(string name, LvmSection content, Dictionary<string, string> devices) => (Name, _content, _devices) = (name, content, devices);

    public string Name { get; }

    /// <summary>The groups to which devices belong, each with its newest metadata.</summary>
    /// <param name="volumes">The devices that were read.</param>
    /// <exception cref="FormatException">The metadata is not valid.</exception>
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

    /// <summary>The group's devices that are present.</summary>
    public IReadOnlyList<string> Devices => [.. Physical().Values.Select(part => part.Device).OfType<string>()];

    /// <summary>The volumes that are meant for use; internal parts of other volumes are left out.</summary>
    /// <exception cref="FormatException">The metadata is not valid.</exception>
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
                return new LogicalVolume(Name, name, null, $"{Name}/{name} has LVM's type {Printable(type)}; only linear and striped volumes are opened here");
            }

            try
            {
                (var first, var line, var missing) = Line(segment, extent, physical);
                if (line is null)
                {
                    return new LogicalVolume(Name, name, null, $"a part of {Name}/{name} lies on a device that is missing ({Printable(missing!)})", IsIncomplete: true);
                }

                lines[first] = line;
            }
            catch (OverflowException)
            {
                throw new FormatException($"LVM metadata: {name} lies at an impossible place");
            }
        }

        return new LogicalVolume(Name, name, string.Concat(lines.Values), null);
    }

    /// <summary>A table line: `start length linear device offset`, or `start length striped number chunk device offset …`, in sectors of 512 bytes.</summary>
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
        : throw new FormatException("LVM metadata: a name is not one that LVM allows");

    private static string Printable(string text) => string.Concat(text.Take(64).Select(c => c is > ' ' and < '\x7f' ? c : '?'));
}
