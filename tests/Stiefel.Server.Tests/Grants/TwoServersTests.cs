using Stiefel.Server.Configuration;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>Two servers that use the same state directory.</summary>
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

    /// <summary>Two servers one after the other, each with its own disk, ignore each other's records.</summary>
    [Fact]
    public async Task Restart_AnotherDiskWasServedMeanwhile_HonoursTheGrantOfThisOne()
    {
        var other = _files.RandomFile("other.img", ServerFiles.DiskSize);
        var granted = await GrantAsync(_files.Disk);
        var grantedOther = await GrantAsync(other);

        await using (var again = await StartAsync(_files.Disk))
        {
            Assert.NotNull(again.Connect(granted));
            Assert.True(again.IsUnknown(grantedOther));
        }

        await using var otherAgain = await StartAsync(other);
        Assert.NotNull(otherAgain.Connect(grantedOther));
    }

    private async Task<string> GrantAsync(string disk)
    {
        await using var server = await StartAsync(disk);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        return (await desktop.RequestDiskAsync()).Name;
    }

    private Task<RunningServer> StartAsync(string disk) =>
        RunningServer.StartOnDiskAsync(_files, disk, "--Boot:Kernel", _files.Kernel, "--Boot:Initrd", _files.Initrd, "--Boot:CommandLine", "root=/dev/vda1");
}
