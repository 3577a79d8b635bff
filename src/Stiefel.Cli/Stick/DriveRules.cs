using Stiefel.Linux.BlockDevices;

namespace Stiefel.Cli.Stick;

/// <summary>A reason not to write to a drive.</summary>
/// <param name="Text">One line: what is wrong and what to do.</param>
/// <param name="CanBeForced">True if --force overrides it.</param>
internal sealed record DriveRefusal(string Text, bool CanBeForced = false);

/// <summary>
/// Decides which drives must not be written. A drive whose data may be in use is always refused; one that is merely unlikely to be a stick can be forced.
/// </summary>
internal static class DriveRules
{
    private const long UnlikelyBytes = 1_000_000_000_000;

    // An MBR counts 2^32 sectors.
    private const long MbrBytes = 512L << 32;

    private static readonly string[] s_systemPlaces = ["/", "/boot", "/boot/efi", "/efi", "/usr", "/var", "/home", "/nix", "/gnu"];

    // The types that blkid reports for members of storage that spans several disks.
    private static readonly string[] s_members = ["LVM2_member", "linux_raid_member", "zfs_member", "bcache", "ceph_bluestore", "drbd", "isw_raid_member", "ddf_raid_member"];
    private static readonly string[] s_virtual = ["nbd", "zram", "ram", "rbd", "drbd", "dm-", "md"];

    /// <summary>All reasons not to write. If there is none, the drive may be erased by a person who types its serial number.</summary>
    /// <param name="drive">The drive.</param>
    /// <param name="uses">The current uses of the drive.</param>
    /// <param name="layout">The partition table to write.</param>
    /// <param name="servedDisk">The disk that this laptop is set up to serve, with links resolved; null if none.</param>
    public static IReadOnlyList<DriveRefusal> Judge(Drive drive, IReadOnlyList<DiskUseReason> uses, StickLayout layout, string? servedDisk)
    {
        // A device of the wrong kind needs no further reasons: they would only be consequences.
        if (NoWholeDisk(drive) is { } kind)
        {
            return [kind];
        }

        var refusals = new List<DriveRefusal>();
        if (drive.Parts.SelectMany(part => part.MountPoints).FirstOrDefault(s_systemPlaces.Contains) is { } place)
        {
            refusals.Add(new($"{drive.Path} holds this computer's own system ({place} is on it)"));
        }
        else
        {
            refusals.AddRange(uses.Select(use => new DriveRefusal(use.Message)));
        }

        if (servedDisk == drive.Path)
        {
            refusals.Add(new($"{drive.Path} is the disk that this laptop is set up to serve (boot.disk)"));
        }

        refusals.AddRange(Medium(drive, layout));
        if (!drive.IsRemovable)
        {
            refusals.Add(new($"{drive.Path} is not a removable drive ({(drive.Type == "loop" ? "a loop device" : drive.Transport.Length > 0 ? drive.Transport : "an internal disk")})", CanBeForced: true));
        }

        if (drive.Parts.FirstOrDefault(part => s_members.Contains(part.Kind)) is { } member)
        {
            refusals.Add(new($"{member.Path} is part of storage on several disks ({member.Kind}), which would be damaged", CanBeForced: true));
        }

        if (drive.Bytes >= UnlikelyBytes)
        {
            refusals.Add(new($"{drive.Path} holds {drive.Bytes / 1e12:0.0} TB, so it is probably a backup disk rather than a stick", CanBeForced: true));
        }

        return refusals;
    }

    private static DriveRefusal? NoWholeDisk(Drive drive) =>
        drive.Type == "part" ? new($"{drive.Path} is a partition, but a stick is written as a whole: name {(drive.Parent.Length > 0 ? drive.Parent : "the disk")}; to add the client to what is on it, mount it and use --into-esp DIR")
        : drive.Type == "rom" ? new($"{drive.Path} is an optical drive: name a USB stick")
        : s_virtual.FirstOrDefault(name => drive.Name.StartsWith(name, StringComparison.Ordinal)) is not null || drive.Type is not ("disk" or "loop")
            ? new($"{drive.Path} is not a drive that can be carried to another computer ({drive.Type}): name a USB stick")
        : drive.Bytes == 0 ? new($"{drive.Path} has no medium: insert one")
        : null;

    private static IEnumerable<DriveRefusal> Medium(Drive drive, StickLayout layout)
    {
        if (drive.IsReadOnly)
        {
            yield return new($"{drive.Path} is write-protected: look for a switch at its side, or use another one");
        }

        if (drive.SectorBytes != MasterBootRecord.SectorSize)
        {
            yield return new($"{drive.Path} has sectors of {drive.SectorBytes} bytes, but BIOS starts only from sectors of {MasterBootRecord.SectorSize}: use another one");
        }

        if (layout == StickLayout.Mbr && drive.Bytes > MbrBytes)
        {
            yield return new($"{drive.Path} is too large for the partition table of --layout mbr: use --layout gpt");
        }
    }
}
