using System.Buffers.Text;

namespace Stiefel.Attach.Agent;

/// <summary>What the kernel counts of a block device (Documentation/block/stat.rst).</summary>
/// <param name="Requests">Reads and writes that were answered.</param>
/// <param name="Bytes">Theirs.</param>
/// <param name="UnderWay">Not answered yet.</param>
internal readonly record struct QueueCounters(long Requests, long Bytes, int UnderWay)
{
    private const int Sector = 512;
    private const int Fields = 9;

    /// <summary>Reads the line; null if it is none.</summary>
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

        // Reads, reads merged, sectors, milliseconds; the same of writes; under way.
        return read < Fields ? null : new QueueCounters(fields[0] + fields[4], (fields[2] + fields[6]) * Sector, (int)Math.Clamp(fields[8], 0, int.MaxValue));
    }

    /// <summary>What happened since then.</summary>
    internal QueueWindow Since(QueueCounters before, TimeSpan length) =>
        new(length, Math.Max(0, Bytes - before.Bytes), Math.Max(0, Requests - before.Requests), UnderWay);
}
