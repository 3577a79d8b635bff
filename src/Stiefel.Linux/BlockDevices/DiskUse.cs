using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>Why a disk must not be served now.</summary>
public enum DiskUseKind
{
    /// <summary>It, a partition of it, or something built upon it is mounted.</summary>
    Mounted,

    /// <summary>It, or a partition of it, is active swap.</summary>
    Swap,

    /// <summary>Device mapper, LVM, md or a loop device is built upon it.</summary>
    Held,

    /// <summary>It holds the image of a hibernated system, which would come back and overwrite what was changed.</summary>
    Hibernated,

    /// <summary>Another program has it open exclusively.</summary>
    Claimed,
}

/// <summary>One reason, as a line for people.</summary>
public sealed record DiskUseReason(DiskUseKind Kind, string Message);

/// <summary>
/// Finds who uses a disk, so that a refusal can say why. It is a diagnosis; what keeps others away while the disk is
/// served is the exclusive claim of <see cref="BlockDevice.Open"/>.
/// </summary>
public static class DiskUse
{
    /// <summary>Every reason not to serve the block device or image file now; none = it is free. Throws <see cref="LinuxException"/> if it cannot be looked at, and <see cref="IOException"/> if it is something else.</summary>
    /// <param name="path">The device or file.</param>
    /// <param name="asBase">It is to be the base of a snapshot, and others may have it for that as well.</param>
    public static IReadOnlyList<DiskUseReason> Check(string path, bool asBase = false)
    {
        (var type, var number) = DeviceNumber.Stat(path);
        if (type != SysStat.S_IFBLK && type != SysStat.S_IFREG)
        {
            // Not to be opened: a pipe would wait for its other end, and a watchdog would start.
            throw new IOException($"{path} is neither a block device nor a regular file");
        }

        var sysfs = new BlockSysfs();
        var reasons = new List<DiskUseReason>();
        if (type == SysStat.S_IFBLK && sysfs.NameOf(number) is { } name)
        {
            var family = DiskFamily.Of(name, sysfs);
            reasons.AddRange(family.Holders);
            // A loop device claims nothing of what it is made on, and is no holder of it.
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

    // Last, since the reasons above explain most claims; this one catches the rest, such as a virtual machine or another server.
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
            // The caller that opens it reports what is not readable or not writable.
        }
    }

    private static DiskUseReason Claimed(string path) => new(
        DiskUseKind.Claimed, $"{path} is open exclusively in another program: stop that program (fuser -v {path} names it)");
}
