using Stiefel.Linux.Network;

namespace Stiefel.Client.Search;

/// <summary>What the person sees while nobody answers: where we asked, and what to look at next.</summary>
internal static class SearchReport
{
    /// <summary>`no laptop answered on eth0 (link up), eth1 (no cable): …`</summary>
    /// <remarks>Without an end: the caller goes on asking, or gives up.</remarks>
    public static string Describe(IReadOnlyCollection<NetworkLink> links, string? onlyInterface)
    {
        if (links.Count == 0)
        {
            return onlyInterface is null
                ? "this machine has no network interface its drivers know: plug the adapter in"
                : $"there is no interface {onlyInterface}: plug the adapter in, or look at the name";
        }

        var asked = string.Join(", ", links.Select(link => $"{link.Name} ({State(link)})"));
        // Where nobody else sets interfaces up (boot does, a rehearsal does not), the person has to.
        var raise = links.FirstOrDefault(link => !link.IsUp) is { } down ? $" (`ip link set {down.Name} up` sets {down.Name} up)" : "";
        return links.Any(link => link.HasCarrier)
            ? $"no laptop answered on {asked}: check that stiefel is running on the laptop and that it has this stick's key{raise}"
            : $"no cable: {asked}: connect the laptop, and check that it is on{raise}";
    }

    private static string State(NetworkLink link) => link switch
    {
        { HasCarrier: true } => "link up",
        { IsUp: true } => "no cable",
        _ => "down",
    };
}
