using Stiefel.Linux.Network;

namespace Stiefel.Client.Search;

/// <summary>The message while no laptop answers: each interface with what it hears, and what to check next.</summary>
internal static class SearchReport
{
    /// <summary>Describes the interfaces for a screen of 80 columns, a line for each.</summary>
    public static string Lines(IReadOnlyCollection<NetworkLink> links, string? onlyInterface, LinkEars ears) => links.Count == 0
        ? $"{Nothing(onlyInterface)}; asking again"
        : string.Join(Environment.NewLine, [$"{Title(links)}; asking again", .. links.Select(link => $"  {link.Name}: {State(link, ears)}{Remedy(link)}"), $"  {Advice(links)}"]);

    /// <summary>Describes the same in one line, for an error.</summary>
    public static string Describe(IReadOnlyCollection<NetworkLink> links, string? onlyInterface, LinkEars ears) => links.Count == 0
        ? Nothing(onlyInterface)
        : $"{Title(links)} on {string.Join(", ", links.Select(link => $"{link.Name} ({State(link, ears)}{Remedy(link)})"))}: {Advice(links)}";

    private static string Nothing(string? onlyInterface) => onlyInterface is null
        ? "this machine has no network interface that its drivers know: plug the adapter in"
        : $"there is no interface {onlyInterface}: plug the adapter in, or check the name";

    private static string Title(IReadOnlyCollection<NetworkLink> links) => links.Any(link => link.HasCarrier) ? "no laptop answered" : "no cable";

    private static string Advice(IReadOnlyCollection<NetworkLink> links) => links.Any(link => link.HasCarrier)
        ? "check that stiefel runs on the laptop, and that it has this stick's key"
        : "connect the laptop, and check that it is on";

    private static string State(NetworkLink link, LinkEars ears) => link switch
    {
        { HasCarrier: true } => $"link up{(LinkHardware.Of(link.Name).SpeedMbit is { } speed ? $", {speed} Mbit/s" : "")}, {(ears.Hear(link) ? "another machine is heard" : "nothing is heard")}",
        { IsUp: true } => "no cable",
        _ => "down",
    };

    // A boot sets the interface up by itself, a rehearsal does not.
    private static string Remedy(NetworkLink link) => link.IsUp ? "" : $"; `ip link set {link.Name} up` sets it up";
}
