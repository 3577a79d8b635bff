using Stiefel.Linux.Network;

namespace Stiefel.Client.Search;

/// <summary>What the person sees while nobody answers: where we asked, and what to look at next.</summary>
internal static class SearchReport
{
    /// <summary>`no laptop answered on eth0 (link up), eth1 (no cable): …`</summary>
    public static string Describe(IReadOnlyCollection<NetworkLink> links, string? onlyInterface)
    {
        if (links.Count == 0)
        {
            return onlyInterface is null
                ? "this machine has no network interface its drivers know: is the adapter plugged in? looking again"
                : $"there is no interface {onlyInterface}: is the adapter plugged in? looking again";
        }

        string asked = string.Join(", ", links.Select(link => $"{link.Name} ({State(link)})"));
        // Where nobody else sets interfaces up (boot does, a rehearsal does not), the person has to.
        string raise = links.FirstOrDefault(link => !link.IsUp) is { } down ? $" (`ip link set {down.Name} up` sets {down.Name} up)" : "";
        return links.Any(link => link.HasCarrier)
            ? $"no laptop answered on {asked}: is stiefel running on the laptop, and does it have this stick's key?{raise} retrying"
            : $"no cable: {asked}: connect the laptop, and check that it is on{raise}; retrying";
    }

    private static string State(NetworkLink link) => link switch
    {
        { HasCarrier: true } => "link up",
        { IsUp: true } => "no cable",
        _ => "down",
    };
}
