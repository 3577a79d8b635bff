using System.Net;
using Stiefel.Protocol.Control;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Admin;

/// <summary>The routes of exports, settings and interfaces on the control plane.</summary>
public sealed class ControlRoutesTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Exports_OfASession_ShowNoCapability()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Empty(ControlDocuments.ReadExports(await GetAsync(server, "/api/v1/exports")));
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName);
        var json = await GetAsync(server, "/api/v1/exports");
        Assert.DoesNotContain(desktop.ExportName, json, StringComparison.Ordinal);
        Assert.Equal(new ExportStatus($"session {desktop.Id[..8]}", null, desktop.Id, ServerFiles.DiskSize, false, false, 1), Assert.Single(ControlDocuments.ReadExports(json)));
    }

    [Fact]
    public async Task Exports_OfAnOpenServer_AreNamed()
    {
        await using var server = await StartOpenAsync();
        using var disk = server.Connect("x");
        Assert.Equal(new ExportStatus("x", "x", null, ServerFiles.DiskSize, false, false, 1), Assert.Single(ControlDocuments.ReadExports(await GetAsync(server, "/api/v1/exports"))));
        using var http = server.AdminClient(_files.Key);
        using var boot = await http.GetAsync("/api/v1/boot", Token);
        Assert.Equal(HttpStatusCode.NotFound, boot.StatusCode);
    }

    [Fact]
    public async Task Exports_OfGuests_AreOneEach()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Disk:Snapshot", "memory");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        Assert.True(Assert.Single(ControlDocuments.ReadExports(await GetAsync(server, "/api/v1/exports"))).Snapshot);
    }

    [Fact]
    public async Task Configuration_Setting_ComesWithItsOriginAndNoSecret()
    {
        await using var server = await StartOpenAsync();
        var json = await GetAsync(server, "/api/v1/config");
        var settings = ControlDocuments.ReadConfiguration(json).ToDictionary(setting => setting.Name);
        Assert.Equal(new ConfigurationSetting("Nbd:ExportName", null, "command line", true), settings["Nbd:ExportName"]);
        Assert.Equal(new ConfigurationSetting("Disk:Path", _files.Disk, "command line", false), settings["Disk:Path"]);
        Assert.Equal(new ConfigurationSetting("Link:Mtu", "auto", "default", false), settings["Link:Mtu"]);
        Assert.Equal(new ConfigurationSetting("Http:Listen", "[::]:4644", "default", false), settings["Http:Listen"]);
        Assert.Equal(new ConfigurationSetting("Boot:Kernel", null, "default", false), settings["Boot:Kernel"]);
    }

    [Fact]
    public async Task Network_OfThisMachine_HasNoLoopback()
    {
        await using var server = await RunningServer.StartAsync(_files);
        var network = ControlDocuments.ReadNetwork(await GetAsync(server, "/api/v1/network"));
        Assert.DoesNotContain(network.Interfaces, link => link.Name == "lo");
        Assert.All(network.Interfaces, link => Assert.Equal(link.Carrier, link.Problems.All(problem => !problem.StartsWith("no carrier", StringComparison.Ordinal)) && link.Up));
    }

    private Task<RunningServer> StartOpenAsync() => RunningServer.StartBareAsync(
        "--Disk:Path", _files.Disk, "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", "127.0.0.1:0", "--Admin:Listen", "127.0.0.1:0", "--Keys:Directory", _files.Keys);

    private async Task<string> GetAsync(RunningServer server, string path)
    {
        using var http = server.AdminClient(_files.Key);
        return await http.GetStringAsync(path, Token);
    }
}
