using System.Collections.Concurrent;
using System.Globalization;
using Stiefel.Linux.Files;
using Stiefel.Linux.Network;

namespace Stiefel.Client.Search;

/// <summary>Tells by the kernel's counters whether another machine has sent anything on an interface since the search began.</summary>
/// <param name="root">The parent of the interfaces' directories.</param>
internal sealed class LinkEars(string root = LinkHardware.Root)
{
    private readonly ConcurrentDictionary<int, long> _before = new();

    /// <summary>True if packets have arrived since the first call for this interface.</summary>
    public bool Hear(NetworkLink link)
    {
        // Documentation/ABI/testing/sysfs-class-net-statistics.
        _ = long.TryParse(SysfsText.Read(Path.Combine(root, link.Name, "statistics/rx_packets")), NumberStyles.None, CultureInfo.InvariantCulture, out var packets);
        return packets > _before.GetOrAdd(link.Index, packets);
    }
}
