using Stiefel.Linux.Network;

namespace Stiefel.Client.Search;

/// <summary>The message while no laptop answers: the interfaces that were asked on, and what to check next.</summary>
internal static class SearchReport
{
    /// <summary>Describes the interfaces' state: `no laptop answered on eth0 (link up), eth1 (no cable): …`.</summary>
    /// <remarks>The caller adds whether it goes on asking or gives up.</remarks>
    public static string Describe(IReadOnlyCollection<NetworkLink> links, string? onlyInterface)
    {
        if (links.Count == 0)
        {
            return onlyInterface is null
                ? "this machine has no network interface that its drivers know: plug the adapter in"
                : $"there is no interface {onlyInterface}: plug the adapter in, or check the name";
        }

        var asked = string.Join(", ", links.Select(link => $"{link.Name} ({State(link)})"));
        // Tell how to set an interface up: a boot does it by itself, a rehearsal does not.
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
