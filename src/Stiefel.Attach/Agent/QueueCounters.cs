using System.Buffers.Text;

namespace Stiefel.Attach.Agent;

/// <summary>The kernel's counters of a block device (Documentation/block/stat.rst).</summary>
/// <param name="Requests">The number of answered reads and writes.</param>
/// <param name="Bytes">The bytes read and written by them.</param>
/// <param name="UnderWay">The number of requests not answered yet.</param>
internal readonly record struct QueueCounters(long Requests, long Bytes, int UnderWay)
{
    private const int Sector = 512;
    private const int Fields = 9;

    /// <summary>Parses the content of the device's stat file; null if it is malformed.</summary>
    internal static QueueCounters? Parse(ReadOnlySpan<byte> line)
    {
        Span<long> fields = stackalloc long[Fields];
        var read = 0;
        foreach (var range in line.SplitAny(" \n"u8))
        {
            if (read == Fields)
            {
                break;
            }

            if (line[range].Length == 0)
            {
                continue;
            }

            if (!Utf8Parser.TryParse(line[range], out fields[read++], out var used) || used != line[range].Length)
            {
                return null;
            }
        }

        // The fields: reads, merged reads, sectors and milliseconds; the same four for writes; requests under way.
        return read < Fields ? null : new QueueCounters(fields[0] + fields[4], (fields[2] + fields[6]) * Sector, (int)Math.Clamp(fields[8], 0, int.MaxValue));
    }

    /// <summary>The device's work between two readings of the counters.</summary>
    internal QueueWindow Since(QueueCounters before, TimeSpan length) =>
        new(length, Math.Max(0, Bytes - before.Bytes), Math.Max(0, Requests - before.Requests), UnderWay);
}
