using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Tunnel;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.Nbd;
using Stiefel.Server.Network;
using Stiefel.Server.Tests.Hosting;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Tests.Tunnels;

/// <summary>When tunnels are made and removed. Tests in virtual machines show that they carry data.</summary>
public sealed class GrantedTunnelTests : IDisposable
{
    private readonly ServerFiles _files = new();
    private readonly List<string> _story = [];

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Export_TakenOver_TakesTheOldTunnelDownBeforeTheNewOne()
    {
        await using var server = await StartAsync();
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.RequestDiskAsync(tunnelKey: NewKey());
        using var lost = server.Connect(first.ExportName);
        Assert.NotNull(lost);
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);

        await second.RequestDiskAsync(takeOver: true, NewKey());

        Assert.Equal(["leftovers but none", $"open {first.Id}", $"close {first.Id} with 0 connections", $"open {second.Id}"], _story);
    }

    [Fact]
    public async Task Export_AskedAgain_KeepsTheTunnelAndItsKeys()
    {
        await using var server = await StartAsync();
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        var key = NewKey();

        var once = await desktop.RequestDiskAsync(tunnelKey: key);
        var again = await desktop.RequestDiskAsync(tunnelKey: key);

        Assert.Equal(once, again);
        Assert.Equal(61571, once.Tunnel!.Port);
        Assert.True(TunnelKey.TryParse(once.Tunnel.Key, out _));
        Assert.DoesNotContain(_story, line => line.StartsWith("close", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Export_SameMachineStartedAnew_IsAskedIfItsOldTunnelIsAlive(bool isAlive)
    {
        var received = 100L;
        RecordedTunnels.Received = () => isAlive ? received++ : received;
        await using var server = await StartAsync();
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        await first.TellMachineAsync('a', '1');
        await first.RequestDiskAsync(tunnelKey: NewKey());
        using var disk = server.Connect(first.ExportName);
        var heard = Environment.TickCount64;
        Assert.True(SpinWait.SpinUntil(() => Environment.TickCount64 > heard, TimeLimit.Seconds(5)));
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
        await second.TellMachineAsync('a', '2');

        var asking = second.RequestDiskAsync(tunnelKey: NewKey());

        if (isAlive)
        {
            Assert.Equal(RefusalCodes.DiskInUse, (await Assert.ThrowsAsync<RefusalException>(() => asking)).Refusal.Code);
            Assert.True(disk!.TryWrite(0, new byte[512]));
        }
        else
        {
            Assert.Equal(second.ExportName, (await asking).Name);
        }
    }

    [Fact]
    public async Task Export_EverySession_HasKeysOfItsOwn()
    {
        await using var server = await StartAsync();
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
        var one = await first.RequestDiskAsync(tunnelKey: NewKey());
        var other = await second.RequestDiskAsync(takeOver: true, NewKey());
        Assert.NotEqual(one.Tunnel!.Key, other.Tunnel!.Key);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("not a key")]
    public async Task Export_WithoutAKeyForTheTunnel_IsRefusedAndTakesNothing(string? key)
    {
        await using var server = await StartAsync();
        using var holder = await Desktop.ShakeHandsAsync(server, _files.Key);
        await holder.RequestDiskAsync(tunnelKey: NewKey());
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);

        await Assert.ThrowsAsync<RefusalException>(() => desktop.RequestDiskAsync(takeOver: true, key));

        Assert.DoesNotContain(_story, line => line.StartsWith("close", StringComparison.Ordinal));
        using var disk = server.Connect(holder.ExportName);
        Assert.NotNull(disk);
    }

    [Fact]
    public async Task Export_TunnelCannotBeMade_TheOldOneIsBack()
    {
        await using var server = await StartAsync();
        using var holder = await Desktop.ShakeHandsAsync(server, _files.Key);
        await holder.RequestDiskAsync(tunnelKey: NewKey());
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
        RecordedTunnels.Fails = true;

        var refusal = (await Assert.ThrowsAsync<RefusalException>(() => second.RequestDiskAsync(takeOver: true, NewKey()))).Refusal;

        Assert.Equal("no tunnel today", refusal.Message);
        Assert.Equal($"open {holder.Id}", _story[^1]);
        using var disk = server.Connect(holder.ExportName);
        Assert.NotNull(disk);
        Assert.Null(server.Connect(second.ExportName));
    }

    [Fact]
    public async Task Export_TunnelOfTheFirstCannotBeClosed_TheFirstKeepsTheDisk()
    {
        await using var server = await StartAsync();
        using var holder = await Desktop.ShakeHandsAsync(server, _files.Key);
        await holder.RequestDiskAsync(tunnelKey: NewKey());
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
        RecordedTunnels.FailsToClose = true;

        await Assert.ThrowsAsync<RefusalException>(() => second.RequestDiskAsync(takeOver: true, NewKey()));

        using var disk = server.Connect(holder.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
        Assert.True(server.IsUnknown(second.ExportName));
    }

    [Fact]
    public async Task Export_IsBeingTakenOver_IsUnknownToTheFirstOnlyOnceTheSecondHasIt()
    {
        await using var server = await StartAsync();
        using var holder = await Desktop.ShakeHandsAsync(server, _files.Key);
        await holder.RequestDiskAsync(tunnelKey: NewKey());
        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
        bool? isUnknown = null;
        RecordedTunnels.Opening = () => isUnknown ??= server.IsUnknown(holder.ExportName);
        try
        {
            await second.RequestDiskAsync(takeOver: true, NewKey());
        }
        finally
        {
            RecordedTunnels.Opening = null;
        }

        Assert.False(isUnknown);
        Assert.True(server.IsUnknown(holder.ExportName));
    }

    [Fact]
    public async Task Restart_CurrentGrant_TakesUpItsTunnelAndRemovesAllOthers()
    {
        string id;
        await using (var server = await StartAsync())
        {
            using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
            await desktop.RequestDiskAsync(tunnelKey: NewKey());
            id = desktop.Id;
        }

        _story.Clear();
        await using var restarted = await StartAsync();
        Assert.Equal([$"leftovers but {id}", $"open {id}"], _story);
    }

    [Fact]
    public async Task Restart_WithoutProtection_TheGrantInATunnelIsVoid()
    {
        string name;
        await using (var server = await StartAsync())
        {
            using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
            name = (await desktop.RequestDiskAsync(tunnelKey: NewKey())).Name;
        }

        await using var restarted = await RunningServer.StartAsync(_files);
        Assert.Null(restarted.Connect(name));
        Assert.Contains(restarted.Log.All, line => line.Contains("another Link:Protection", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Session_Ended_ItsTunnelIsTakenDown()
    {
        await using var server = await StartAsync();
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync(tunnelKey: NewKey());

        Assert.NotNull(await server.Services.GetRequiredService<IDiskGate>().EndAsync(grant => grant.Session == desktop.Id));

        Assert.StartsWith($"close {desktop.Id}", _story[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifest_Link_SaysHowItIsProtected()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal(LinkProtection.None.Word(), desktop.Manifest.Link.Protection);
        Assert.Contains(server.Log.All, line => line.StartsWith("Warning: link.protection is none", StringComparison.Ordinal));
        var usual = ServerOptions.Read(ServerConfiguration.Build(["--Disk:Path", _files.Disk], new System.Collections.Hashtable(), "", []));
        Assert.Equal(LinkProtection.WireGuard.Word(), usual.Link.ToParameters().Protection);
    }

    [Fact]
    public void NbdListener_Protected_IsOnNoAddressOfTheLaptop()
    {
        var options = ServerOptions.Read(ServerConfiguration.Build(["--Disk:Path", _files.Disk], new System.Collections.Hashtable(), "", []));
        Assert.True(options.HasTunnels);
        using var log = NullLoggerFactory.Instance;
        var nbd = new NbdServer(options.Nbd.Limits, new SessionExports());
        var listener = new NbdHostedService(nbd, options with { Nbd = options.Nbd with { Listen = new(System.Net.IPAddress.Loopback, 0) } }, NullLogger<NbdHostedService>.Instance);
        Assert.True(listener.StartAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        Assert.Equal(0, listener.Port);
    }

    [Fact]
    public void Assign_SeveralDesktops_GetPortsOfTheirOwnAndNoneWithoutAKey()
    {
        var options = ServerOptions.Read(ServerConfiguration.Build(["--Disk:Path", _files.Disk], new System.Collections.Hashtable(), "", []));
        var cable = new CableMtu(options, NullLogger<CableMtu>.Instance);
        using var tunnels = new WireGuardTunnels(options.Link, options.Nbd, new NbdServer(options.Nbd.Limits, new SessionExports()), new TunnelTable(), cable, NullLogger<WireGuardTunnels>.Instance);
        var keys = new TunnelRecord(TunnelKey.Format(TunnelKey.Generate()), NewKey(), TunnelKey.Format(TunnelKey.Generate()), 0);
        Assert.Equal(61571, tunnels.Assign(keys, replaced: null)!.Port);
        Assert.Contains("update the stick", Assert.Throws<RefusalException>(() => tunnels.Assign(null, replaced: null)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(keys.PrivateKey, keys.ToString(), StringComparison.Ordinal);
    }

    private Task<RunningServer> StartAsync() => RunningServer.StartAdjustedAsync(
        services =>
        {
            services.RemoveAll<ITunnels>().AddSingleton<ITunnels>(s => new RecordedTunnels(_story, s.GetRequiredService<NbdServer>()));
        },
        "--Disk:Path", _files.Disk, "--Boot:Kernel", _files.Kernel, "--Boot:Initrd", _files.Initrd, "--Keys:Directory", _files.Keys, "--State:Directory", _files.State,
        "--Http:Listen", "127.0.0.1:0", "--Nbd:Listen", "127.0.0.1:0", "--Discovery:Port", "0", "--Admin:Listen", "none", "--Link:Protection", "none");

    private static string NewKey() => TunnelKey.Format(X25519.PublicKeyOf(TunnelKey.Generate()));
}
