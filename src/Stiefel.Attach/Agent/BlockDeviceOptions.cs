using System.Globalization;
using Stiefel.Linux.Nbd;
using Stiefel.Nbd.Client;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>How the kernel is to use the device.</summary>
internal static class BlockDeviceOptions
{
    private const int SmallestSector = 512;
    private const int LargestSector = 4096;

    // The kernel's default of 128 KiB, for this and for one request, costs 40 % on large reads over a network; see RequestPace for the other.
    private const int ReadAheadKibibytes = 2048;

    // The kernel's client allows discards of 4 GiB, and the server answers one when all of it is done. One that takes longer than the
    // time-out is sent again from its beginning, for ever: a requeued request keeps the time-out that it was made with.
    internal const long LargestDiscard = 64 << 20;

    internal static NbdDeviceOptions For(AttachSession session, NbdExportInfo export) => new()
    {
        Index = 0,
        Size = export.Size,
        BlockSize = SectorSize(export.MinimumBlockSize),
        ServerFlags = (ulong)export.Flags,
        RequestTimeout = TimeSpan.FromSeconds(session.RequestTimeoutSeconds),
        DeadConnectionTimeout = session.DeadConnectionSeconds == 0 ? null : TimeSpan.FromSeconds(session.DeadConnectionSeconds),
    };

    /// <summary>
    /// The laptop disk's logical sector, since its partition table counts in it: servers announce it as the smallest block, those of plain
    /// files announce 1. Throws <see cref="IOException"/> for what the kernel cannot do.
    /// </summary>
    internal static int SectorSize(uint minimumBlock) => minimumBlock switch
    {
        <= SmallestSector => SmallestSector,
        <= LargestSector when (minimumBlock & (minimumBlock - 1)) == 0 => (int)minimumBlock,
        _ => throw new IOException($"the server wants blocks of {minimumBlock} bytes; the kernel's NBD client can do powers of two up to {LargestSector}"),
    };

    /// <summary>Where the kernel shows a device.</summary>
    internal static string Sysfs(int index) => $"/sys/block/nbd{index}";

    /// <summary>More read-ahead, smaller discards, and a first look, which makes the kernel read the partition table. Needs /sys and /dev.</summary>
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

    /// <summary>Lowers a setting that is larger; what does without discards says 0, and stays so.</summary>
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
            // A kernel that does not show it.
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
            // A speed, not a need.
        }
    }
}
