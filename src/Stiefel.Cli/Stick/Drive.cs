using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Stick;

/// <summary>A file system or partition on a drive, for people to recognise it by.</summary>
/// <param name="Path">`/dev/sdb1`.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Kind">What blkid calls its content; empty if nothing is known.</param>
/// <param name="Label">Its name; empty if it has none.</param>
/// <param name="MountPoints">Where it is mounted.</param>
internal sealed record DrivePart(string Path, long Bytes, string Kind, string Label, IReadOnlyList<string> MountPoints);

/// <summary>A disk that may become a stick, as lsblk describes it.</summary>
/// <param name="Path">`/dev/sdb`.</param>
/// <param name="Type">`disk`, `part`, `loop`, `rom`, `crypt` …</param>
/// <param name="Bytes">Its size; 0 without a medium.</param>
internal sealed record Drive(string Path, string Type, long Bytes)
{
    /// <summary>Maker and model; empty if unknown.</summary>
    public string Model { get; init; } = "";

    /// <summary>Its serial number; empty if unknown.</summary>
    public string Serial { get; init; } = "";

    /// <summary>`usb`, `sata`, `nvme`, `mmc` …; empty if unknown.</summary>
    public string Transport { get; init; } = "";

    /// <summary>Its medium or the drive itself is made to be taken out.</summary>
    public bool IsRemovable { get; init; }

    /// <summary>It refuses writes.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Bytes of a logical sector.</summary>
    public int SectorBytes { get; init; } = 512;

    /// <summary>The disk that this is a partition of; empty for a disk.</summary>
    public string Parent { get; init; } = "";

    /// <summary>What is on it: its own content first, if it has one beside a partition table, and its partitions.</summary>
    public IReadOnlyList<DrivePart> Parts { get; init; } = [];

    /// <summary>`sdb`.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>What a person types so that this drive is erased and no other: its serial number, or its name where it has none.</summary>
    public string Proof => Serial.Length > 0 ? Serial : Name;

    /// <summary>A few lines that tell it from the other drives of this computer. A drive says what it likes: nothing of it reaches a terminal as it is.</summary>
    public IEnumerable<string> Describe()
    {
        var model = Model.Length > 0 ? PrintableText.OneLine(Model) : "of an unknown maker";
        yield return $"{Path}: {model}, {Bytes / 1e9:0.0} GB, {(Transport.Length > 0 ? PrintableText.OneLine(Transport) : Type)}, {(Serial.Length > 0 ? $"serial number {PrintableText.OneLine(Serial)}" : "no serial number")}";
        foreach (var part in Parts)
        {
            var label = part.Label.Length > 0 ? $" \"{PrintableText.OneLine(part.Label)}\"" : "";
            yield return $"  {part.Path}: {part.Bytes / 1e9:0.0} GB {(part.Kind.Length > 0 ? PrintableText.OneLine(part.Kind) : "nothing known")}{label}";
        }

        if (Parts.Count == 0)
        {
            yield return "  nothing known is on it";
        }
    }
}
