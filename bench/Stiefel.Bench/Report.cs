using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Stiefel.Bench;

internal static class Report
{
    private const double ReadGoal = 1.5, WriteGoal = 1.2, LimitGoal = 0.9, CpuGoal = 0.6;

    public static void Print(IReadOnlyList<RowResult> results)
    {
        var names = results[0].Medians.Keys.Where(n => results.All(r => r.Medians.ContainsKey(n)) || n is Peer.Ours or Peer.Before or Peer.Limit).ToList();
        var table = new Table().AddColumn("row").AddColumns([.. names]).AddColumns("best peer ×", "limit ×", "CPU ×", "RSS", "goal");
        foreach (var result in results)
        {
            var ratios = Ratios.Of(result);
            var figures = names.Select(n => result.Medians.TryGetValue(n, out var s) ? Figure(result.Row, s.Rate) : "");
            table.AddRow([result.Row.Name, .. figures, Ratio(ratios.Peer), Ratio(ratios.Limit), Ratio(ratios.Cpu),
                $"{result.Medians[Peer.Ours].PeakKiB / 1024} MiB", Meets(result.Row, ratios) ? "met" : "missed"]);
        }

        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 180);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine("best peer ×: our rate over the best peer's (goal 1.5 reads, 1.2 writes); limit ×: over the limit server's (or else 0.9); CPU ×: our seconds per GiB over the best peer's (goal at most 0.6).");
        PrintGrowth([.. results.Where(r => r.Row.Connections is not null)]);
        AnsiConsole.WriteLine($"load average at the end: {File.ReadAllText("/proc/loadavg").Trim()}");
    }

    private static void PrintGrowth(IReadOnlyList<RowResult> rows)
    {
        if (rows.Count < 2)
        {
            return;
        }

        var ours = rows.Select(r => r.Medians[Peer.Ours]).ToList();
        var further = rows[^1].Row.Connections!.Value - rows[0].Row.Connections!.Value;
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rows[^1].Row.Connections} connections: {ours[^1].Rate / ours.Max(s => s.Rate):0.00} of the best point (goal 0.9), {(ours[^1].PeakKiB - ours[0].PeakKiB) / further} KiB for each further one (goal 1024)"));
    }

    public static void WriteJson(IReadOnlyList<RowResult> results, string path)
    {
        using var stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("row", result.Row.Name);
            json.WriteString("unit", result.Row.InOperations ? "operations/s" : "bytes/s");
            foreach (var (name, sample) in result.Medians)
            {
                json.WriteStartObject(name);
                json.WriteNumber("rate", Math.Round(sample.Rate));
                json.WriteNumber("cpuSecondsPerGiB", Math.Round(sample.CpuPerGiB, 3));
                json.WriteNumber("peakKiB", sample.PeakKiB);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static bool Meets(Row row, Ratios ratios) =>
        (ratios.Peer is null || ratios.Peer >= (row.IsWrite ? WriteGoal : ReadGoal) || ratios.Limit >= LimitGoal) && (ratios.Cpu is null || ratios.Cpu <= CpuGoal);

    private static string Figure(Row row, double rate) =>
        row.InOperations
            ? string.Create(CultureInfo.InvariantCulture, $"{rate / 1000:0.0} k/s")
            : string.Create(CultureInfo.InvariantCulture, $"{rate / 1e6:0} MB/s");

    private static string Ratio(double? ratio) => ratio is { } r ? r.ToString("0.00", CultureInfo.InvariantCulture) : "";

    private sealed record Ratios(double? Peer, double? Limit, double? Cpu)
    {
        public static Ratios Of(RowResult result)
        {
            var ours = result.Medians[Bench.Peer.Ours];
            var peers = result.Medians.Where(m => m.Key is not (Bench.Peer.Ours or Bench.Peer.Before or Bench.Peer.Limit)).Select(m => m.Value).ToList();
            return new Ratios(
                peers.Count > 0 ? ours.Rate / peers.Max(p => p.Rate) : null,
                result.Medians.TryGetValue(Bench.Peer.Limit, out var limit) ? ours.Rate / limit.Rate : null,
                peers.Count > 0 ? ours.CpuPerGiB / peers.Min(p => p.CpuPerGiB) : null);
        }
    }
}
