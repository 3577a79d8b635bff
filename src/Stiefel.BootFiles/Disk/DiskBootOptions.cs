using Stiefel.BootFiles.Catalog;

namespace Stiefel.BootFiles.Disk;

/// <summary>The disk to search for boot files, and how.</summary>
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
    /// `Boot:LuksPartition`, named in the same ways: it is opened in any case, so that drivers in an encrypted root can be reached, too.
    /// Null: encrypted devices are opened only if no other device holds a boot entry.
    /// </summary>
    public string? LuksPartition { get; init; }

    /// <summary>`Boot:Load`: the owner's choice of kernel, initrd and arguments; null: they are searched for.</summary>
    public NamedBootFiles? Named { get; init; }

    /// <summary>`Boot:BootedEntry`: the entry that started the laptop's own system, as handed on by that system; empty if unknown.</summary>
    public string Booted { get; init; } = "";

    /// <summary>The directory of the firmware's variables.</summary>
    public string FirmwareDirectory { get; init; } = FirmwareVariables.Directory;

    /// <summary>A private directory; mounts found below it when the first search begins are left over from a crash.</summary>
    public string MountDirectory { get; init; } = "/run/stiefel/mnt";
}
