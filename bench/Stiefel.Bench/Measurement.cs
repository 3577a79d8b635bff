using System.Security.Cryptography;
using Spectre.Console;

namespace Stiefel.Bench;

/// <summary>The median sample of each peer in one row.</summary>
internal sealed record RowResult(Row Row, IReadOnlyDictionary<string, Sample> Medians);

internal static class BenchFile
{
    /// <summary>Writes random bytes to the disk, because a sparse file would make every server look faster.</summary>
    public static void Create(string path, int mib)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        var block = new byte[1 << 20];
        for (var i = 0; i < mib; i++)
        {
            RandomNumberGenerator.Fill(block);
            file.Write(block);
        }

        file.Flush(flushToDisk: true);
    }
}

/// <summary>Runs every row against all peers in turns, so that a drift in the machine's speed affects all of them equally.</summary>
internal sealed class Measurement(BenchOptions options, string file, string work)
{
    private static readonly int[] s_connections = [1, 4, 16, 64, 256];

    public IReadOnlyList<RowResult> Run()
    {
        var peers = Peer.All(options);
        var results = new List<RowResult>();
        foreach (var row in Row.All.Where(Wanted))
        {
            results.Add(RunRow(row, peers));
        }

        if (options.WithGrowth)
        {
            var two = peers.Where(p => !p.IsForeign).ToList();
            results.AddRange(s_connections.Select(Row.WithConnections).Select(row => RunRow(row, two)));
        }

        return results;
    }

    private bool Wanted(Row row) => options.Only is null || row.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase);

    private RowResult RunRow(Row row, IReadOnlyList<Peer> peers)
    {
        var samples = peers.ToDictionary(p => p.Name, _ => new List<Sample>());
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var peer in peers)
            {
                AnsiConsole.WriteLine($"{row.Name}: {peer.Name}, round {round + 1} of {options.Rounds}");
                using var running = new RunningPeer(peer, file, work);
                samples[peer.Name].Add(Fio.Measure(row, running, file, options.Seconds));
            }
        }

        return new RowResult(row, samples.ToDictionary(s => s.Key, s => Median(s.Value)));
    }

    private static Sample Median(List<Sample> samples) => new(
        Middle(samples.Select(s => s.Rate)), Middle(samples.Select(s => s.CpuPerGiB)), samples.Max(s => s.PeakKiB));

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
