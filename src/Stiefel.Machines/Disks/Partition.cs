using System.Text.Json;

namespace Stiefel.Machines.Disks;

/// <summary>A partition of a disk image.</summary>
/// <param name="Number">The partition's number, from 1.</param>
/// <param name="Offset">Offset in bytes from the image's beginning.</param>
/// <param name="Length">Length in bytes.</param>
public readonly record struct Partition(int Number, long Offset, long Length)
{
    private const int MaxPartitions = 128;

    /// <summary>Reads the output of `sfdisk --json`.</summary>
    /// <exception cref="InvalidDataException">The text is not such output.</exception>
    public static IReadOnlyList<Partition> Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var table = document.RootElement.GetProperty("partitiontable");
            // util-linux before 2.35 prints no sector size and uses 512.
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
