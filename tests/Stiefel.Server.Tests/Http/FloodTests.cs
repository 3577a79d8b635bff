using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Http;
using Stiefel.Server.Sessions;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Http;

/// <summary>Strangers who try to keep a desktop out or to exhaust the laptop.</summary>
public sealed class FloodTests : IDisposable
{
    private const int Many = KestrelSetup.MaxConnections + 100;
    private const long MiB = 1 << 20;

    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    /// <summary>Connections that send nothing, or never finish a request.</summary>
    [Theory]
    [InlineData(Plane.Boot, "")]
    [InlineData(Plane.Boot, "POST /v1/discovery HTTP/1.1\r\nHost: x\r\nX-Slow: ")]
    [InlineData(Plane.Boot, "POST /v1/discovery HTTP/1.1\r\nHost: x\r\nContent-Length: 136\r\n\r\nSTF")]
    [InlineData(Plane.Admin, "")]
    [InlineData(Plane.Admin, "\u0016\u0003\u0001")]
    [InlineData(Plane.Admin, "GET /api/v1/status HTTP/1.1\r\nHost: x\r\n")]
    public async Task SlowConnections_MoreThanThereIsRoomFor_KeepNobodyOut(Plane plane, string beginning)
    {
        await using var server = await RunningServer.StartAsync(_files);
        var strangers = new List<TcpClient>();
        try
        {
            for (var i = 0; i < Many; i++)
            {
                var stranger = new TcpClient();
                strangers.Add(stranger);
                await stranger.ConnectAsync(IPAddress.Loopback, plane == Plane.Boot ? server.Boot.Port : server.Admin.Port, Token);
                await TrySendAsync(stranger, beginning);
            }

            using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
            await desktop.AskAsync("/v1/kernel", []);
            await desktop.AskAsync("/v1/initrd", []);
            await desktop.RequestDiskAsync();
            using var owner = server.AdminClient(_files.Key);
            Assert.Contains(desktop.Id, await owner.GetStringAsync("/api/v1/sessions", Token), StringComparison.Ordinal);
        }
        finally
        {
            strangers.ForEach(s => s.Dispose());
        }
    }

    /// <summary>A peer that proved a key is never pushed out: a transfer that waits for its reader continues.</summary>
    [Fact]
    public async Task Transfer_UnderAFloodOfConnections_IsNotBrokenOff()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.AskAsync("/v1/kernel", []);
        var strangers = new List<TcpClient>();
        for (var i = 0; i < Many; i++)
        {
            strangers.Add(new TcpClient("127.0.0.1", server.Boot.Port));
        }

        await desktop.AskAsync("/v1/initrd", []);
        strangers.ForEach(s => s.Dispose());
    }

    /// <summary>Hellos without a key and recorded ones, thousands of them beside a boot: they cost no memory and no sessions, and the desktop gets through.</summary>
    [Fact]
    public async Task Hellos_ForgedAndRecorded_CostLittleAndDisturbNobody()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var foreign = SharedKey.Generate("foreign");
        using var forged = new ClientHandshake(foreign);
        using var recorded = await Desktop.ShakeHandsAsync(server, _files.Key);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sent = 0;
        var floods = Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            using var http = new HttpClient { BaseAddress = server.Boot };
            while (!stop.IsCancellationRequested && sent < 20_000)
            {
                Interlocked.Increment(ref sent);
                using var answer = await Desktop.PostAsync(http, "/v1/discovery", i % 2 == 0 ? forged.Hello : recorded.Hello);
                Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            }
        })).ToList();

        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 10; i++)
        {
            using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
            await desktop.AskAsync("/v1/kernel", []);
        }

        await stop.CancelAsync();
        await Task.WhenAll(floods);

        Assert.True(sent > 100, $"only {sent} hellos");
        Assert.Equal(10, server.Services.GetRequiredService<SessionTable>().Confirmed.Count);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16 * MiB);
    }

    private static async Task TrySendAsync(TcpClient stranger, string beginning)
    {
        try
        {
            await stranger.GetStream().WriteAsync(Encoding.Latin1.GetBytes(beginning), Token);
        }
        catch (IOException)
        {
            // The connection was pushed out already.
        }
    }
}
