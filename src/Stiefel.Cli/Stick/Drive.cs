using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Stick;

/// <summary>A file system or partition on a drive, by which people recognise the drive.</summary>
/// <param name="Path">The device, for example `/dev/sdb1`.</param>
/// <param name="Bytes">The size in bytes.</param>
/// <param name="Kind">The content's type as blkid names it; empty if unknown.</param>
/// <param name="Label">The file system's label; empty if it has none.</param>
/// <param name="MountPoints">The directories on which it is mounted.</param>
internal sealed record DrivePart(string Path, long Bytes, string Kind, string Label, IReadOnlyList<string> MountPoints);

/// <summary>A disk that may become a stick, as lsblk describes it.</summary>
/// <param name="Path">The device, for example `/dev/sdb`.</param>
/// <param name="Type">The device's type: `disk`, `part`, `loop`, `rom`, `crypt` …</param>
/// <param name="Bytes">The size in bytes; 0 without a medium.</param>
internal sealed record Drive(string Path, string Type, long Bytes)
{
    /// <summary>Maker and model; empty if unknown.</summary>
    public string Model { get; init; } = "";

    /// <summary>The serial number; empty if unknown.</summary>
    public string Serial { get; init; } = "";

    /// <summary>How the drive is connected: `usb`, `sata`, `nvme`, `mmc` …; empty if unknown.</summary>
    public string Transport { get; init; } = "";

    /// <summary>True if the drive or its medium is removable.</summary>
    public bool IsRemovable { get; init; }

    /// <summary>True if the drive refuses writes.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Size of a logical sector in bytes.</summary>
    public int SectorBytes { get; init; } = 512;

    /// <summary>The disk that this is a partition of; empty for a disk.</summary>
    public string Parent { get; init; } = "";

    /// <summary>The drive's contents: first a file system on the whole drive, if there is one, then the partitions.</summary>
    public IReadOnlyList<DrivePart> Parts { get; init; } = [];

    /// <summary>The kernel's name of the drive, for example `sdb`.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>What the user must type to have this drive erased: its serial number, or its name if it has none.</summary>
    public string Proof => Serial.Length > 0 ? Serial : Name;

    /// <summary>A few lines that tell the drive from the computer's others. Texts come from the drive itself, so control characters are removed.</summary>
    public IEnumerable<string> Describe()
    {
        var model = Model.Length > 0 ? PrintableText.OneLine(Model) : "unknown maker";
        yield return $"{Path}: {model}, {Bytes / 1e9:0.0} GB, {(Transport.Length > 0 ? PrintableText.OneLine(Transport) : Type)}, {(Serial.Length > 0 ? $"serial number {PrintableText.OneLine(Serial)}" : "no serial number")}";
        foreach (var part in Parts)
        {
            var label = part.Label.Length > 0 ? $" \"{PrintableText.OneLine(part.Label)}\"" : "";
            yield return $"  {part.Path}: {part.Bytes / 1e9:0.0} GB {(part.Kind.Length > 0 ? PrintableText.OneLine(part.Kind) : "unknown content")}{label}";
        }

        if (Parts.Count == 0)
        {
            yield return "  no known content";
        }
    }
}
