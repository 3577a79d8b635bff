using System.Text.Json;

namespace Stiefel.Machines.Disks;

/// <summary>A partition of a disk image.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Offset">Bytes from the image's beginning.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct Partition(int Number, long Offset, long Length)
{
    private const int MaxPartitions = 128;

    /// <summary>Reads what `sfdisk --json` prints.</summary>
    /// <exception cref="InvalidDataException">It is not that.</exception>
    public static IReadOnlyList<Partition> Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var table = document.RootElement.GetProperty("partitiontable");
            // Before util-linux 2.35 no sector size was printed; it was 512.
            var sector = table.TryGetProperty("sectorsize", out var size) ? size.GetInt64() : 512;
            return [.. table.GetProperty("partitions").EnumerateArray().Take(MaxPartitions).Select((entry, index) => new Partition(
                index + 1, checked(entry.GetProperty("start").GetInt64() * sector), checked(entry.GetProperty("size").GetInt64() * sector)))];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"sfdisk --json printed no partition table: {error.Message}", error);
        }
    }
}
