using Stiefel.BootFiles.Catalog;

namespace Stiefel.BootFiles.Disk;

/// <summary>Which disk to look on, and how.</summary>
public sealed record DiskBootOptions
{
    /// <summary>`Boot:Disk`, by default `Disk:Path`: a block device, or a link to one.</summary>
    public required string Disk { get; init; }

    /// <summary>
    /// `Boot:Partition`: a device node, or `UUID=`, `LABEL=`, `PARTUUID=`, `PARTLABEL=`. Null: the first file system of the disk
    /// that holds a boot entry.
    /// </summary>
    public string? Partition { get; init; }

    /// <summary>
    /// `Boot:LuksPartition`, named in the same ways: it is opened whatever else the disk has, so that the drivers in an encrypted root can
    /// be reached as well. Null: encrypted devices are opened only if no other holds a boot entry.
    /// </summary>
    public string? LuksPartition { get; init; }

    /// <summary>`Boot:Load`: kernel, initrd and arguments by hand; null to find them.</summary>
    public NamedBootFiles? Named { get; init; }

    /// <summary>`Boot:BootedEntry`: what the laptop's own system was started by, handed on by it. Empty if it did not.</summary>
    public string Booted { get; init; } = "";

    /// <summary>Where the firmware's variables are.</summary>
    public string FirmwareDirectory { get; init; } = FirmwareVariables.Directory;

    /// <summary>A private directory; whatever is mounted below it when the first search begins is left over from a crash.</summary>
    public string MountDirectory { get; init; } = "/run/stiefel/mnt";
}
