using System.Globalization;
using Stiefel.CommandLine;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Status;

/// <summary>Summarises a server's state in lines that fit a terminal.</summary>
/// <param name="width">The terminal's columns.</param>
/// <param name="canBlocks">True if the terminal can show Unicode's block characters.</param>
/// <param name="time">The clock.</param>
internal sealed class WatchText(int width, bool canBlocks, TimeProvider time)
{
    private const int WidthOfWord = 10;
    private const int WidthOfFigure = 24;
    private const int MostMachines = 6;

    // A narrow terminal cuts texts instead of showing nothing else.
    private const int LeastText = 40, MostRows = 3;

    /// <summary>All lines, the headline first.</summary>
    public IReadOnlyList<string> Of(WatchedServer server)
    {
        var (status, load, power, network) = server;
        var lines = new List<string> { HeadOf(status), "" };
        AddWhole(lines, "next", ServingHeadline.Of(status).Next);
        foreach (var warning in WarningsOf(server))
        {
            AddWhole(lines, "WARNING", warning);
        }

        Add(lines, "disk", $"{status.Disk.Path}, {status.Disk.State}{(status.Disk.ReadOnly ? ", read-only" : "")}");
        foreach (var card in (network?.Interfaces ?? []).Where(card => card.Carrier))
        {
            Add(lines, "link", $"{card.Name}, {(card.SpeedMbit is { } speed ? $"{speed} Mbit/s" : "speed unknown")}, MTU {card.Mtu}{(status.Link is { } link ? $", protection {link.Protection}" : "")}");
        }

        if (power is not null)
        {
            var celsius = load is { Minute: [.., { Celsius: { } degrees }] } ? $", {degrees} °C" : "";
            Add(lines, "power", $"{power.State}{(power.Percent is { } full ? $", {full} %" : "")}{(power.MinutesLeft is { } left ? $", about {left} min left" : "")}{celsius}{(power.Alarm.IsSilenced ? ", beeps silenced" : "")}");
        }

        lines.AddRange(load is null ? [] : PlotsOf(load.Minute));
        foreach (var session in status.Sessions)
        {
            Add(lines, "session", $"{session.Id[..Math.Min(8, session.Id.Length)]}, key {session.Key}, at {session.Machine}, for {Age(session.Since)}");
        }

        foreach (var machine in status.Machines.TakeLast(MostMachines))
        {
            Add(lines, "desktop", $"{machine.Address}, {(machine.Events is [.., var last] ? $"{Clock(last.At)} {last.Text}" : machine.Stage)}");
        }

        return lines;
    }

    private string HeadOf(StatusDocument status)
    {
        var head = ServingHeadline.Of(status);
        var since = head.Since is { } began ? $", since {Clock(began)} ({Age(began)})" : "";
        return Fit($"{(status.Laptop.Length > 0 ? status.Laptop : "laptop")}: {head.Title}{since}");
    }

    private static IEnumerable<string> WarningsOf(WatchedServer server) =>
    [
        .. server.Power is { State: PowerStates.Low or PowerStates.Critical } power ? [$"the battery is {(power.State == PowerStates.Low ? "low" : "nearly empty")}: plug the adapter in"] : Array.Empty<string>(),
        .. server.Status.Link?.Warning is { } open ? [open] : Array.Empty<string>(),
        .. server.Status.Boot?.Problem is { } nothing ? [nothing] : Array.Empty<string>(),
        .. server.Status.Return?.Held is { } held ? [$"the laptop does not return by itself, since {held}"] : Array.Empty<string>(),
        .. (server.Network?.Interfaces ?? []).Where(card => card.Carrier).SelectMany(card => card.Problems.Select(problem => $"{card.Name}: {problem}")),
    ];

    private IEnumerable<string> PlotsOf(IReadOnlyList<LoadSample> minute)
    {
        if (minute is not [.., var now])
        {
            return [];
        }

        return
        [
            "",
            Plot("read", $"{now.ReadBytes / 1e6:0.0} MB/s", [.. minute.Select(sample => (double?)sample.ReadBytes)]),
            Plot("written", $"{now.WrittenBytes / 1e6:0.0} MB/s", [.. minute.Select(sample => (double?)sample.WrittenBytes)]),
            Plot("requests", $"{now.Requests:0}/s", [.. minute.Select(sample => (double?)sample.Requests)]),
            Plot("latency", now.LatencyMs is { } latency ? $"{latency:0.00} ms" : "-", [.. minute.Select(sample => sample.LatencyMs)]),
            Plot("unwritten", now.UnwrittenBytes is { } bytes ? DataSize.Megabytes(bytes) : "-", [.. minute.Select(sample => (double?)sample.UnwrittenBytes)]),
            "",
        ];
    }

    private string Plot(string word, string figure, IReadOnlyList<double?> values) =>
        Fit($"{word,-WidthOfWord}{figure,-(WidthOfFigure - WidthOfWord)}{Sparkline.Of(values, Math.Clamp(width - WidthOfFigure - 1, 0, 60), canBlocks)}").TrimEnd();

    private void Add(List<string> lines, string word, string? text)
    {
        if (text is not null)
        {
            lines.Add(Fit($"{word,-WidthOfWord}{text}"));
        }
    }

    /// <summary>Adds a text on several lines if it takes them, because its end says what to do.</summary>
    private void AddWhole(List<string> lines, string word, string? text)
    {
        foreach (var (row, index) in (text is null ? [] : LineBreaks.In(PrintableText.Of(text), Math.Max(LeastText, width - WidthOfWord - 1), hanging: 0)).Take(MostRows).Select((row, index) => (row, index)))
        {
            Add(lines, index == 0 ? word : "", row);
        }
    }

    // Leave one column free: some terminals begin a new line after the last.
    private string Fit(string line)
    {
        var safe = PrintableText.Of(line);
        return safe.Length < width ? safe : safe[..Math.Max(0, width - 1)];
    }

    private static string Clock(DateTimeOffset at) => at.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private string Age(DateTimeOffset since)
    {
        var age = time.GetUtcNow() - since;
        return age < TimeSpan.FromMinutes(1) ? $"{Math.Max(0, age.TotalSeconds):0} s"
            : age < TimeSpan.FromHours(1) ? $"{age.TotalMinutes:0} min"
            : $"{(int)age.TotalHours} h {age.Minutes} min";
    }
}
