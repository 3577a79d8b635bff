using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// The mark that a hibernated system leaves in its swap area: the last ten bytes of the first page say S1SUSPEND instead
/// of SWAPSPACE2 (kernel/power/swap.c; the others are of uswsusp and TuxOnIce, as libblkid knows them).
/// A swap file, or swap inside LVM or LUKS that is not open, cannot be seen here; the search for boot files looks there.
/// </summary>
public static class HibernationImage
{
    private const int SignatureLength = 10;

    private static readonly byte[] s_tuxOnIce = [0xed, 0xc3, 0x02, 0xe9, 0x98, 0x56, 0xe5, 0x0c];

    // Page sizes of every architecture: a disk may have been moved.
    private static readonly int[] s_pageSizes = [4096, 8192, 16384, 32768, 65536];

    /// <summary>Looks at an image file without partitions, or at any one device.</summary>
    internal static IEnumerable<DiskUseReason> Find(string path) => Read(path, [(path, 0)]);

    /// <summary>Looks at a disk and each of its partitions.</summary>
    internal static IEnumerable<DiskUseReason> Find(string path, string name, BlockSysfs sysfs)
    {
        var areas = new List<(string Name, long Start)> { (path, 0) };
        foreach (var partition in sysfs.PartitionsOf(name))
        {
            areas.Add(("/dev/" + partition, sysfs.StartOf(partition)));
        }

        return Read(path, areas);
    }

    private static List<DiskUseReason> Read(string path, List<(string Name, long Start)> areas)
    {
        var reasons = new List<DiskUseReason>();

        using var handle = ReadOnlyFile.Open(path);
        foreach ((var name, var start) in areas)
        {
            if (IsIn(handle, start))
            {
                reasons.Add(new DiskUseReason(
                    DiskUseKind.Hibernated,
                    $"{name} holds a hibernated system: resume it and shut it down, or discard its image (mkswap {name})"));
            }
        }

        return reasons;
    }

    /// <summary>A swap area, be it a device, a part of one or a file, has the mark.</summary>
    /// <param name="handle">Open for reading.</param>
    /// <param name="start">Its first byte.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool IsIn(SafeFileHandle handle, long start)
    {
        Span<byte> signature = stackalloc byte[SignatureLength];
        foreach (var pageSize in s_pageSizes)
        {
            if (RandomAccess.Read(handle, signature, start + pageSize - SignatureLength) == SignatureLength && IsHibernation(signature))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsHibernation(ReadOnlySpan<byte> signature) =>
        signature.StartsWith("S1SUSPEND"u8)
        || signature.StartsWith("S2SUSPEND"u8)
        || signature.StartsWith("ULSUSPEND"u8)
        || signature.StartsWith("LINHIB0001"u8)
        || signature.StartsWith(s_tuxOnIce);
}
