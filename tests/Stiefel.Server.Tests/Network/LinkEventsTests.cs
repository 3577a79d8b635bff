using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.Linux.Network;
using Stiefel.Server.Events;
using Stiefel.Server.Network;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Network;

public sealed class LinkEventsTests
{
    [Fact]
    public void Links_ThatComeAndGo_AreToldOnce()
    {
        var journal = new EventJournal(new ManualTime());
        using var events = new LinkEvents(journal, NullLogger<LinkEvents>.Instance);
        var link = new NetworkLink(2, "eth0", default, IsUp: true, HasCarrier: false, "down", 1500, IsEthernetLike: true);
        var loopback = link with { Index = 1, Name = "lo", IsEthernetLike = false };
        foreach (var look in new NetworkLink[][] { [loopback], [loopback, link], [link], [link with { HasCarrier = true }], [link], [] })
        {
            events.Compare(look);
        }

        Assert.Equal(["new", "carrier", "no-carrier", "gone"], journal.ReadAfter(0, 10, out _).Select(e => e.Event.Stage));
    }
}
