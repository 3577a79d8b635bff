using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.BootFiles.Disk.Volumes;

namespace Stiefel.BootFiles.Tests.Disk.Volumes;

public sealed class OpenedVolumesTests
{
    // Any existing node will do.
    private const string Device = "/dev/null";

    private readonly FakeVolumeTools _tools = new() { Luks = { [Device] = ("right", "/dev/zero") } };

    [Fact]
    public async Task CloseLeftovers_OfAKilledServer_LetsWhatLiesBelowBeWrittenAgain()
    {
        // Stands for a server that was killed with this open: it is never disposed of.
        var killed = new OpenedVolumes(_tools, "stiefel-", NullLogger.Instance);
        await killed.AddAsync([Device], name => _tools.OpenLuksAsync(Device, name, "right"u8.ToArray(), TestContext.Current.CancellationToken));
        _tools.Below["stiefel-1"] = Device;
        Assert.Equal([Device], _tools.Locked);

        await OpenedVolumes.CloseLeftoversAsync(_tools, "stiefel-", NullLogger.Instance);

        Assert.Empty(_tools.Open);
        Assert.Empty(_tools.Locked);
    }
}
