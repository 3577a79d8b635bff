using Stiefel.Protocol.Boot;
using Stiefel.Server.Tests.Hosting;
using Xunit;

namespace Stiefel.Server.Tests.Grants;

/// <summary>A desktop that was granted the disk and could not start gives it back.</summary>
public sealed class GiveBackTests : IDisposable
{
    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Release_NeverUsed_FreesTheDiskForAnyOther()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a');
        Assert.Empty(await first.AskAsync("/v1/release", []));

        Assert.True(server.IsUnknown(first.ExportName));
        Assert.Empty(Directory.GetFiles(_files.State, "*grant*"));
        using var second = await GrantAsync(server, 'b');
        using var disk = server.Connect(second.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task Release_ByTheSameSessionThatAsksAgain_IsGrantedAgain()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a');
        await first.AskAsync("/v1/release", []);
        await first.RequestDiskAsync();
        using var disk = server.Connect(first.ExportName);
        Assert.NotNull(disk);
    }

    /// <summary>A desktop's writes must not be forgotten: the next desktop is asked, even if the first is no longer connected.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Release_AfterItWasConnected_IsRefusedAndTheNextIsAsked(bool isConnected)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a');
        using var disk = server.Connect(first.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
        if (!isConnected)
        {
            disk.Dispose();
        }

        Assert.Equal(RefusalCodes.Failed, (await first.RefusalOfAsync("/v1/release", [])).Code);
        using var second = await ShakeHandsAsync(server, 'b');
        Assert.Equal(RefusalCodes.DiskInUse, (await second.RefusalOfDiskAsync()).Code);
    }

    [Fact]
    public async Task Release_OfAnotherSessionsDisk_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a');
        using var second = await ShakeHandsAsync(server, 'b');
        Assert.Equal(RefusalCodes.Failed, (await second.RefusalOfAsync("/v1/release", [])).Code);
        using var disk = server.Connect(first.ExportName);
        Assert.NotNull(disk);
    }

    [Fact]
    public async Task Release_OfAGuestsSnapshot_LeavesTheOthersAlone()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Disk:Snapshot", "memory");
        using var first = await GrantAsync(server, 'a');
        using var second = await GrantAsync(server, 'b');
        Assert.Empty(await first.AskAsync("/v1/release", []));
        Assert.True(server.IsUnknown(first.ExportName));
        using var disk = server.Connect(second.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
    }

    private async Task<Desktop> ShakeHandsAsync(RunningServer server, char machine)
    {
        var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.TellMachineAsync(machine, machine);
        return desktop;
    }

    private async Task<Desktop> GrantAsync(RunningServer server, char machine)
    {
        var desktop = await ShakeHandsAsync(server, machine);
        await desktop.RequestDiskAsync();
        return desktop;
    }
}
