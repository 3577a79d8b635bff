using System.Net;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Text;

namespace Stiefel.Server.Screen;

/// <summary>The upper part of the laptop's screen: thirteen rows of plain ASCII letters, 80 columns at most. The log scrolls below.</summary>
internal static class ScreenText
{
    /// <summary>The number of rows; the last one is a line.</summary>
    public const int Rows = 13;

    /// <summary>The width of a row. One column of 80 stays free, because some terminals begin a new row after the last column.</summary>
    public const int Columns = 79;

    private const int PlotColumns = 44;
    private const string Cut = " ...";

    /// <summary>Makes the rows.</summary>
    /// <param name="view">The state to show.</param>
    /// <param name="keys">The row for keys and questions.</param>
    /// <param name="now">The time now, from which ages are computed.</param>
    public static IReadOnlyList<string> Of(ScreenView view, string keys, DateTimeOffset now)
    {
        var (status, load, network, power, isLow, news) = view;
        var head = ServingHeadline.Of(status);
        var minute = load.Minute;
        var latest = minute is [.., var last] ? last : null;
        string[] rows =
        [
            $" {(status.Laptop.Length > 0 ? status.Laptop : "Stiefel")}: {head.Title.ToUpperInvariant()}{(head.Since is { } since ? $"  for {Age(now - since)}" : "")}",
            .. Two("   ", head.Next),
            $" link     {LinkOf(network, status.Link)}",
            Plot("read", latest is null ? "" : $"{latest.ReadBytes / 1e6:0.0} MB/s", [.. minute.Select(sample => (double?)sample.ReadBytes)]),
            Plot("written", latest is null ? "" : $"{latest.WrittenBytes / 1e6:0.0} MB/s", [.. minute.Select(sample => (double?)sample.WrittenBytes)]),
            $" disk     {(latest is null ? "" : $"{latest.Requests:0} requests/s{(latest.LatencyMs is { } latency ? $", {latency:0.00} ms each" : "")}{(latest.UnwrittenBytes is { } waiting ? $", {waiting / 1e6:0.0} MB not on it yet" : "")}")}",
            $" power    {(isLow ? "! " : "")}{power}{(latest?.Celsius is { } degrees ? $", {degrees} degrees C" : "")}",
            $" address  {AddressOf(network)}",
            .. Two(" !        ", news ?? WarningOf(status, network)),
            $" {keys}",
            new string('-', Columns),
        ];
        return [.. rows.Select(Fit)];
    }

    /// <summary>Two rows for a text that may be long, or be none. The log has the rest of a longer one.</summary>
    private static IEnumerable<string> Two(string label, string? text)
    {
        string[] rows = text is null ? [] : [.. LineBreaks.In(PrintableText.Of(text), Columns - label.Length, hanging: 0)];
        var second = rows.Length > 2 ? Shortened(rows[1], Columns - label.Length - Cut.Length) + Cut : rows.Length > 1 ? rows[1] : null;
        return [rows.Length > 0 ? label + rows[0] : "", second is null ? "" : new string(' ', label.Length) + second];
    }

    private static string Shortened(string row, int most)
    {
        var space = row.Length > most ? row.LastIndexOf(' ', most) : row.Length;
        return row[..(space > 0 ? space : most)];
    }

    private static string LinkOf(NetworkStatus network, LinkStatus? link)
    {
        var used = network.Interfaces.Where(card => card.Carrier).OrderByDescending(card => card.Machines.Count).FirstOrDefault();
        return used is null
            ? "no cable: plug it in at both ends, and switch the other machine on"
            : $"{used.Name}, {(used.SpeedMbit is { } speed ? $"{speed} Mbit/s" : "speed not told")}, MTU {used.Mtu}{(link is null ? "" : $", protection {link.Protection}")}";
    }

    private static string AddressOf(NetworkStatus network) => string.Join("  ", network.Interfaces
        .Where(card => card.Carrier)
        .SelectMany(card => card.Addresses.Select(address => (Card: card.Name, Address: address.Split('/')[0])))
        .OrderByDescending(one => RoutableAddress.IsRoutable(IPAddress.Parse(one.Address)))
        .Select(one => one.Address.StartsWith("fe80:", StringComparison.Ordinal) ? $"{one.Address}%{one.Card}" : one.Address)
        .Take(2));

    private static string? WarningOf(StatusDocument status, NetworkStatus network) =>
        status.Boot?.Problem ?? status.Return?.Held ?? network.Interfaces.Where(card => card.Carrier).SelectMany(card => card.Problems.Select(problem => $"{card.Name}: {problem}")).FirstOrDefault() ?? status.Link?.Warning;

    private static string Plot(string word, string figure, IReadOnlyList<double?> values) => $" {word,-9}{figure,-12}{Sparkline.Of(values, PlotColumns, canBlocks: false)}";

    private static string Age(TimeSpan age) =>
        age < TimeSpan.FromMinutes(1) ? $"{Math.Max(0, age.TotalSeconds):0} s" : age < TimeSpan.FromHours(1) ? $"{(int)age.TotalMinutes} min" : $"{(int)age.TotalHours} h {age.Minutes} min";

    private static string Fit(string row)
    {
        var safe = PrintableText.Of(row);
        return safe.Length > Columns ? safe[..Columns] : safe;
    }
}
