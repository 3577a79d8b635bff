using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>The reasons why a disk must not be served now.</summary>
public enum DiskUseKind
{
    /// <summary>The disk, a partition of it, or something built upon it is mounted.</summary>
    Mounted,

    /// <summary>The disk or a partition of it is active swap.</summary>
    Swap,

    /// <summary>Device mapper, LVM, md or a loop device is built upon the disk.</summary>
    Held,

    /// <summary>The disk holds the image of a hibernated system, which would overwrite changes when it wakes.</summary>
    Hibernated,

    /// <summary>Another program has the disk open exclusively.</summary>
    Claimed,
}

/// <summary>A reason, with a line for people.</summary>
public sealed record DiskUseReason(DiskUseKind Kind, string Message);

/// <summary>
/// Finds what uses a disk, so that a refusal can say why. This is only a diagnosis: while the disk is
/// served, the exclusive claim of <see cref="BlockDevice.Open"/> keeps others away.
/// </summary>
public static class DiskUse
{
    /// <summary>
    /// Lists every reason not to serve the block device or image file now; none if it is free. Throws <see cref="LinuxException"/> if it cannot be examined, and
    /// <see cref="IOException"/> if it is neither a block device nor a regular file.
    /// </summary>
    /// <param name="path">The device or file.</param>
    /// <param name="asBase">True if it is to be the base of a snapshot, which others may use at the same time.</param>
    public static IReadOnlyList<DiskUseReason> Check(string path, bool asBase = false)
    {
        (var type, var number) = DeviceNumber.Stat(path);
        if (type != SysStat.S_IFBLK && type != SysStat.S_IFREG)
        {
            // Do not open it: a pipe would wait for its other end, and a watchdog would start.
            throw new IOException($"{path} is neither a block device nor a regular file");
        }

        var sysfs = new BlockSysfs();
        var reasons = new List<DiskUseReason>();
        if (type == SysStat.S_IFBLK && sysfs.NameOf(number) is { } name)
        {
            var family = DiskFamily.Of(name, sysfs);
            reasons.AddRange(family.Holders);
            // A loop device neither claims its backing device nor counts as its holder, so look for loops separately.
            foreach (var member in family.Names)
            {
                AddLoops(reasons, $"/dev/{member}", sysfs);
            }

            reasons.AddRange(MountedFileSystems.Find(family, File.ReadAllLines("/proc/self/mountinfo")));
            reasons.AddRange(SwapAreas.Find(family, File.ReadAllLines("/proc/swaps")));
            reasons.AddRange(HibernationImage.Find(path, name, sysfs));
        }
        else
        {
            AddLoops(reasons, path, sysfs);
            reasons.AddRange(HibernationImage.Find(path));
        }

        if (reasons.TrueForAll(reason => reason.Kind == DiskUseKind.Hibernated))
        {
            AddClaim(reasons, path, asBase);
        }

        return reasons;
    }

    private static void AddLoops(List<DiskUseReason> reasons, string path, BlockSysfs sysfs)
    {
        var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        foreach (var loop in sysfs.LoopsOn(real))
        {
            reasons.Add(new DiskUseReason(DiskUseKind.Held, $"{path} is the backing file of /dev/{loop}: detach it (losetup -d /dev/{loop})"));
        }
    }

    // Checked last, since the reasons above explain most claims; this finds the rest, such as a virtual machine or another server.
    private static void AddClaim(List<DiskUseReason> reasons, string path, bool asBase)
    {
        try
        {
            using var probe = asBase ? BlockDevice.OpenUnchanging(path) : BlockDevice.Open(path, readOnly: DeviceNumber.OfBlockDevice(path) is not null);
            if (!asBase && probe.IsLockedByAnother())
            {
                reasons.Add(Claimed(path));
            }
        }
        catch (LinuxException e) when (e.Errno == Errno.EBUSY)
        {
            reasons.Add(Claimed(path));
        }
        catch (LinuxException)
        {
            // An unreadable or unwritable disk is reported by the caller that opens it.
        }
    }

    private static DiskUseReason Claimed(string path) => new(
        DiskUseKind.Claimed, $"{path} is open exclusively in another program: stop that program (fuser -v {path} names it)");
}
