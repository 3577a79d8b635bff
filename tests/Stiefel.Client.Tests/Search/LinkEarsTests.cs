using Stiefel.Client.Search;
using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Client.Tests.Search;

public sealed class LinkEarsTests
{
    [Theory]
    [InlineData("7", "7", false)]
    [InlineData("7", "8", true)]
    [InlineData("7", null, false)]
    [InlineData(null, "1", true)]
    public void Hear_CountsFromTheFirstLook(string? before, string? after, bool isHeard)
    {
        using var directory = new TemporaryDirectory();
        var ears = new LinkEars(directory.Path);
        var link = new NetworkLink(3, "eth0", default, IsUp: true, HasCarrier: true, "up", 1500, IsEthernetLike: true);
        Directory.CreateDirectory(directory.File("eth0/statistics"));
        Write(before);
        Assert.False(ears.Hear(link));
        Write(after);
        Assert.Equal(isHeard, ears.Hear(link));

        void Write(string? packets)
        {
            var file = directory.File("eth0/statistics/rx_packets");
            File.Delete(file);
            if (packets is not null)
            {
                File.WriteAllText(file, packets + "\n");
            }
        }
    }
}
