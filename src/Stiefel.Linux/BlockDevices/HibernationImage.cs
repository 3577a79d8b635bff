using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// Recognises the signature of a hibernated system in a swap area: the last ten bytes of the first page are S1SUSPEND instead
/// of SWAPSPACE2 (kernel/power/swap.c; libblkid also knows those of uswsusp and TuxOnIce).
/// A swap file, or swap inside closed LVM or LUKS, cannot be seen here; the search for boot files looks there.
/// </summary>
public static class HibernationImage
{
    private const int SignatureLength = 10;

    private static readonly byte[] s_tuxOnIce = [0xed, 0xc3, 0x02, 0xe9, 0x98, 0x56, 0xe5, 0x0c];

    // The page sizes of all architectures: the disk may come from another machine.
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

    /// <summary>True if a swap area (a device, a part of one, or a file) holds a hibernation image.</summary>
    /// <param name="handle">The device or file, open for reading.</param>
    /// <param name="start">First byte of the swap area.</param>
    /// <exception cref="IOException">The swap area cannot be read.</exception>
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
