using System.Text.Json;
using Spectre.Console;

namespace Stiefel.EnvelopeBench;

/// <summary>One transfer: bytes per second, and the processor seconds of both sides.</summary>
internal sealed record Sample(string What, double Rate, double ClientSeconds, double ServerSeconds);

/// <summary>One line of the result, with rates in bytes per second.</summary>
/// <param name="Name">The measured subject.</param>
/// <param name="Rate">Bytes per second of time, the median of the rounds.</param>
/// <param name="PerCore">Bytes per second of processor time of all sides together; null if unknown.</param>
internal sealed record Row(string Name, double Rate, double? PerCore)
{
    public static Row Of(string name, double bytes, IEnumerable<Sample> samples)
    {
        var all = samples.ToList();
        return new Row(name, Middle(all.Select(s => s.Rate)), bytes / Middle(all.Select(s => s.ClientSeconds + s.ServerSeconds)));
    }

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}

internal static class Report
{
    /// <summary>Name of the row with the speed of a single pass of AES.</summary>
    public const string OnePass = "AES-256, one pass, in the cache";

    // Sealing takes two passes of AES over every byte, and so does opening.
    private const int Passes = 4;

    public static void Print(IReadOnlyList<Row> rows)
    {
        var table = new Table().AddColumns("", "MB/s", "MB per processor second");
        foreach (var row in rows)
        {
            table.AddRow(row.Name, $"{row.Rate / 1e6:0}", row.PerCore is { } rate ? $"{rate / 1e6:0}" : "");
        }

        AnsiConsole.Write(table);
        foreach (var (where, toPlain, toCompared) in Ratios(rows))
        {
            AnsiConsole.WriteLine($"{where}: sealed and compared / plain {toPlain:0.00}, / plain and compared {toCompared:0.00}");
        }

        AnsiConsole.WriteLine($"loopback, the most that any AES-EAX could reach, with nothing compared: {Bound(rows):0.00}");
    }

    /// <summary>
    /// Upper bound for any AES-EAX when both ends share all processors, which are the limit instead of a link: the cost of a byte in plain HTTP,
    /// divided by that cost plus four passes of AES at this processor's full speed.
    /// </summary>
    private static double Bound(IReadOnlyList<Row> rows)
    {
        var plain = 1 / rows.First(r => r.Name == "transfer, plain HTTP, loopback").PerCore!.Value;
        var aes = Passes / rows.First(r => r.Name == OnePass).PerCore!.Value;
        return plain / (plain + aes);
    }

    public static void WriteJson(IReadOnlyList<Row> rows, string path)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartArray("sealedToPlain");
        foreach (var (where, toPlain, toCompared) in Ratios(rows))
        {
            json.WriteStartObject();
            json.WriteString("where", where);
            json.WriteNumber("plain", Math.Round(toPlain, 3));
            json.WriteNumber("plainAndCompared", Math.Round(toCompared, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("name", row.Name);
            json.WriteNumber("bytesPerSecond", Math.Round(row.Rate));
            json.WriteNumber("bytesPerProcessorSecond", Math.Round(row.PerCore ?? 0));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IEnumerable<(string Where, double ToPlain, double ToCompared)> Ratios(IReadOnlyList<Row> rows) =>
        from row in rows
        where row.Name.StartsWith("transfer, sealed", StringComparison.Ordinal)
        let place = row.Name[(row.Name.LastIndexOf(", ", StringComparison.Ordinal) + 2)..]
        select (place, row.Rate / RateOf(rows, $"transfer, plain HTTP, {place}"), row.Rate / RateOf(rows, $"transfer, plain HTTP and SHA-256, {place}"));

    private static double RateOf(IReadOnlyList<Row> rows, string name) => rows.First(r => r.Name == name).Rate;
}
