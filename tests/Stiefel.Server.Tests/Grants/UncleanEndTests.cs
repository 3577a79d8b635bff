using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Protocol.Boot;
using Stiefel.Server.Desktops;
using Stiefel.Server.Grants;
using Stiefel.Server.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>After an end without a goodbye, the same machine gets the disk if it was restarted and its earlier run is silent; at any other a person is asked (docs/security.md).</summary>
public sealed class UncleanEndTests : IDisposable
{
    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task SameMachine_StartedAnewAndSilent_IsGrantedUnaskedAndTheOldSessionIsFenced()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a', '1');
        using var lost = server.Connect(first.ExportName);
        Assert.True(lost!.TryWrite(0, new byte[512]));

        using var second = await ShakeHandsAsync(server, 'a', '2');
        await second.RequestDiskAsync();

        Assert.False(lost.TryWrite(0, [.. Enumerable.Repeat((byte)9, 512)]));
        Assert.Equal(new byte[512], _files.ReadDisk(0, 512));
        Assert.True(server.IsUnknown(first.ExportName));
        using var disk = server.Connect(second.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task SameNumber_OldSessionIsAliveSinceTheHello_IsAsked()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a', '1');
        using var disk = server.Connect(first.ExportName);
        using var second = await ShakeHandsAsync(server, 'a', '2');
        Assert.Equal(0, disk!.FlushError());

        await AssertAskedAsync(second);
        Assert.True(disk.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task SameNumber_OldSessionComesBackAfterTheHello_IsAsked()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a', '1');
        server.Connect(first.ExportName)!.Dispose();
        using var second = await ShakeHandsAsync(server, 'a', '2');
        using var back = server.Connect(first.ExportName);
        Assert.NotNull(back);

        await AssertAskedAsync(second);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SameRunOfTheClient_TriesAgain_IsAskedOnlyIfWhatItStartedHasRun(bool hasRun)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a', '1');
        if (hasRun)
        {
            server.Connect(first.ExportName)!.Dispose();
        }

        using var second = await ShakeHandsAsync(server, 'a', '1');
        if (hasRun)
        {
            await AssertAskedAsync(second);
            return;
        }

        await second.RequestDiskAsync();
    }

    [Fact]
    public async Task AnyOther_MachineOrOneThatNothingTellsFromOthers_IsAskedAndToldForHowLongTheFirstIsAway()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a', '1');
        server.Connect(first.ExportName)!.Dispose();
        await UntilAsync(() => server.NbdConnections.Count == 0);
        using var other = await ShakeHandsAsync(server, 'b', '2');
        Assert.Contains("has been silent for", (await AssertAskedAsync(other)).Message, StringComparison.Ordinal);
        using var silent = await Desktop.ShakeHandsAsync(server, _files.Key);
        await AssertAskedAsync(silent);
    }

    [Fact]
    public async Task NumberSharedByAll_SaidByBoth_IsNoIdentity()
    {
        var junk = new DesktopIdentity("", new string('1', 32), 0);
        await using var server = await RunningServer.StartAsync(_files);
        var gate = server.Services.GetRequiredService<IDiskGate>();
        await gate.GrantAsync(Request('d', junk), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<DiskInUseException>(() => gate.GrantAsync(Request('e', junk with { Boot = new string('2', 32), HelloAt = long.MaxValue }), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SameRunOfTheClient_WithoutANumber_TriesAgainAndIsGranted()
    {
        var junk = new DesktopIdentity("", new string('1', 32), 0);
        await using var server = await RunningServer.StartAsync(_files);
        var gate = server.Services.GetRequiredService<IDiskGate>();
        await gate.GrantAsync(Request('d', junk), TestContext.Current.CancellationToken);

        var granted = await gate.GrantAsync(Request('e', junk with { HelloAt = long.MaxValue }), TestContext.Current.CancellationToken);
        Assert.Equal("s-e", granted.Export.Name);
    }

    [Fact]
    public async Task SameAddress_OfAnotherMachine_ExemptsFromNothing()
    {
        await using var server = await RunningServer.StartAsync(_files);
        var gate = server.Services.GetRequiredService<IDiskGate>();
        await gate.GrantAsync(Request('d', DesktopIdentity.Unknown), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<DiskInUseException>(() => gate.GrantAsync(Request('e', DesktopIdentity.Unknown), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SameMachine_StartedAnewAfterTheServerWasToo_IsGrantedUnasked()
    {
        await using (var server = await RunningServer.StartAsync(_files))
        {
            using var first = await GrantAsync(server, 'a', '1');
            server.Connect(first.ExportName)!.Dispose();
        }

        await using var restarted = await RunningServer.StartAsync(_files);
        using var other = await ShakeHandsAsync(restarted, 'b', '2');
        await AssertAskedAsync(other);
        using var second = await ShakeHandsAsync(restarted, 'a', '2');
        await second.RequestDiskAsync();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"machine\":\"\",\"boot\":\"\"}")]
    [InlineData("{\"machine\":\"xy\",\"boot\":\"11111111111111111111111111111111\"}")]
    [InlineData("{\"machine\":null,\"boot\":\"11111111111111111111111111111111\"}")]
    public async Task Machine_Malformed_IsRefused(string body)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal(RefusalCodes.Failed, (await desktop.RefusalOfAsync("/v1/machine", System.Text.Encoding.UTF8.GetBytes(body))).Code);
    }

    [Fact]
    public async Task Machine_SaidTwice_IsTheFirst()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var first = await GrantAsync(server, 'a', '1');
        using var second = await ShakeHandsAsync(server, 'b', '2');
        await second.TellMachineAsync('a', '2');
        await AssertAskedAsync(second);
    }

    private GrantRequest Request(char session, DesktopIdentity identity) => new(
        new string(session, 32), $"s-{session}", IPAddress.Parse("192.0.2.1"), TakeOver: false, KeyId: KeyRing.IdOf(_files.Key), Identity: identity);

    private async Task<Desktop> GrantAsync(RunningServer server, char machine, char boot)
    {
        var desktop = await ShakeHandsAsync(server, machine, boot);
        await desktop.RequestDiskAsync();
        return desktop;
    }

    private async Task<Desktop> ShakeHandsAsync(RunningServer server, char machine, char boot)
    {
        // Later than everything heard before, by the clock that the server uses.
        var now = Environment.TickCount64;
        await UntilAsync(() => Environment.TickCount64 > now);
        var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.TellMachineAsync(machine, boot);
        return desktop;
    }

    private static async Task<Refusal> AssertAskedAsync(Desktop desktop)
    {
        var refusal = await desktop.RefusalOfDiskAsync();
        Assert.Equal(RefusalCodes.DiskInUse, refusal.Code);
        return refusal;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.True(condition());
    }
}
