using System.Globalization;
using Stiefel.Linux.Nbd;
using Stiefel.Nbd.Client;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>The settings with which the kernel's NBD client uses the device.</summary>
internal static class BlockDeviceOptions
{
    private const int SmallestSector = 512;
    private const int LargestSector = 4096;

    // The kernel's defaults of 128 KiB for read-ahead and for a single request cost 40 % on large reads over a network. RequestPace sets the latter.
    private const int ReadAheadKibibytes = 2048;

    // The kernel's client allows discards of 4 GiB, and the server answers a discard when all of it is done. A discard that takes longer than the
    // time-out would be sent again from its beginning for ever, because a requeued request keeps the time-out that it was made with.
    internal const long LargestDiscard = 64 << 20;

    internal static NbdDeviceOptions For(AttachSession session, NbdExportInfo export, int index = 0) => new()
    {
        Index = index,
        Size = export.Size,
        BlockSize = SectorSize(export.MinimumBlockSize),
        ServerFlags = (ulong)export.Flags,
        RequestTimeout = TimeSpan.FromSeconds(session.RequestTimeoutSeconds),
        DeadConnectionTimeout = session.DeadConnectionSeconds == 0 ? null : TimeSpan.FromSeconds(session.DeadConnectionSeconds),
    };

    /// <summary>
    /// The logical sector size of the laptop's disk, in which its partition table counts. Servers announce it as the smallest block; servers of plain
    /// files announce 1. Throws <see cref="IOException"/> for a size that the kernel's client does not support.
    /// </summary>
    internal static int SectorSize(uint minimumBlock) => minimumBlock switch
    {
        <= SmallestSector => SmallestSector,
        <= LargestSector when (minimumBlock & (minimumBlock - 1)) == 0 => (int)minimumBlock,
        _ => throw new IOException($"the server wants blocks of {minimumBlock} bytes; the kernel's NBD client can do powers of two up to {LargestSector}"),
    };

    /// <summary>The device's directory in sysfs.</summary>
    internal static string Sysfs(int index) => $"/sys/block/nbd{index}";

    /// <summary>Sets more read-ahead and smaller discards, then reads the first sector, which makes the kernel read the partition table. Needs /sys and /dev.</summary>
    internal static void Tune(int index)
    {
        var queue = $"{Sysfs(index)}/queue";
        Set($"{queue}/read_ahead_kb", ReadAheadKibibytes);
        Limit($"{queue}/discard_max_bytes", LargestDiscard);
        using var device = File.OpenHandle($"/dev/nbd{index}");
        var sector = new byte[LargestSector];
        if (RandomAccess.Read(device, sector, 0) == 0)
        {
            throw new IOException($"/dev/nbd{index} is empty");
        }
    }

    /// <summary>Lowers a setting to this value if it is larger. A device without discards has 0, which stays.</summary>
    internal static void Limit(string file, long most)
    {
        try
        {
            if (long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var now) && now > most)
            {
                Set(file, most);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // This kernel lacks the setting.
        }
    }

    private static void Set(string file, long value)
    {
        try
        {
            File.WriteAllText(file, value.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The setting only affects speed.
        }
    }
}
