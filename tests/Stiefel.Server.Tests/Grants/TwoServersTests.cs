using Stiefel.Server.Configuration;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>Two servers that were given one state directory.</summary>
public sealed class TwoServersTests : IDisposable
{
    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Start_StateDirectoryIsUsedByAnother_IsRefusedAndTheFirstKeepsItsGrant()
    {
        string granted;
        await using (var first = await RunningServer.StartAsync(_files))
        {
            using var desktop = await Desktop.ShakeHandsAsync(first, _files.Key);
            granted = (await desktop.RequestDiskAsync()).Name;

            var refused = await Assert.ThrowsAsync<UnsafeSettingsException>(() => RunningServer.StartAsync(_files));
            Assert.Contains("another stiefel-server uses it", refused.Message, StringComparison.Ordinal);
        }

        await using var again = await RunningServer.StartAsync(_files);
        Assert.NotNull(again.Connect(granted));
    }
}
