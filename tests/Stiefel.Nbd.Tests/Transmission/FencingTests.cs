using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>After fencing nothing more is written, whatever was in progress.</summary>
public sealed class FencingTests : IDisposable
{
    private readonly MemoryDevice _device = new(1 << 20);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task DropConnections_WaitsForTheWriteUnderWayAndStopsTheRest()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        using var entered = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        _device.Before = command =>
        {
            if (command == "write")
            {
                entered.Release();
                release.Wait(token);
            }
        };
        client.Request(NbdCommand.Write, 0, 1, payload: [1]);
        client.Request(NbdCommand.Write, 1, 1, payload: [2]);
        Assert.True(await entered.WaitAsync(TimeLimit.Seconds(5), token));

        var drop = Task.Run(() => server.Server.DropConnections(TestServer.ExportName), token);
        var first = await Task.WhenAny(drop, Task.Delay(300, token));
        var hasReturnedEarly = first == drop;
        release.Set();

        Assert.False(hasReturnedEarly);
        Assert.Equal(1, await drop);
        Assert.Equal(["write 0 1"], _device.Calls);
        Assert.Empty(server.Server.Connections);
        await server.Log.WaitForAsync("closed disk Dropped", token);
    }

    [Fact]
    public async Task StopListening_OneOfTwoPlaces_TakesNoNewClientsThereAndLosesNone()
    {
        await using var server = await TestServer.StartAsync(_device);
        var other = await server.Server.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), TestContext.Current.CancellationToken);
        using var client = NbdTestClient.Open(server);

        server.Server.StopListening(server.EndPoint);
        server.Server.StopListening(server.EndPoint);

        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(server.Connect).SocketErrorCode);
        Assert.Single(server.Server.Connections);
        using var elsewhere = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        elsewhere.Connect(other);
    }

    [Fact]
    public async Task DropConnections_EndsIdleAndStalledConnections()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var idle = NbdTestClient.Open(server);
        using var stalled = NbdTestClient.Open(server);
        stalled.Request(NbdCommand.Write, 0, 100_000, payload: [1]);

        Assert.Equal(2, await Task.Run(() => server.Server.DropConnections(TestServer.ExportName), TestContext.Current.CancellationToken));

        Assert.True(idle.IsClosedByServer());
        Assert.True(stalled.IsClosedByServer());
        Assert.Empty(_device.Calls);
    }

    [Fact]
    public async Task ForgottenExport_CannotBeOpenedAfterTheFence()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        server.Resolver.Forget();
        server.Server.DropConnections(TestServer.ExportName);
        client.SendOption(NbdOption.Go, NbdTestClient.GoData(TestServer.ExportName));

        Assert.Equal(OptionReplyType.ErrorUnknown, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task NewestConnectionOnly_WaitsForTheOldOneBeforeTheNewOneMayWrite()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await TestServer.StartAsync(_device, sharing: ExportSharing.NewestConnectionOnly);
        using var old = NbdTestClient.Open(server);
        using var entered = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        var writes = 0;
        _device.Before = command =>
        {
            if (command == "write" && Interlocked.Increment(ref writes) == 1)
            {
                entered.Release();
                release.Wait(token);
            }
        };
        old.Request(NbdCommand.Write, 0, 1, payload: [1]);
        old.Request(NbdCommand.Write, 0, 1, payload: [2]);
        Assert.True(await entered.WaitAsync(TimeLimit.Seconds(5), token));

        using var newer = NbdTestClient.Greet(server);
        newer.SendOption(NbdOption.Go, NbdTestClient.GoData(TestServer.ExportName));
        var isAdmittedEarly = newer.Socket.Poll(300_000, System.Net.Sockets.SelectMode.SelectRead);
        release.Set();

        Assert.False(isAdmittedEarly);
        Assert.Equal(OptionReplyType.Info, newer.ReadOptionReply().Type);
        Assert.Equal(OptionReplyType.Ack, newer.ReadOptionReply().Type);
        Assert.Equal(NbdError.None, newer.Call(NbdCommand.Write, 0, 1, payload: [3]));
        Assert.Equal(3, _device.Bytes[0]);
        Assert.Equal(2, _device.Calls.Count);
    }

    [Fact]
    public async Task Stop_UnderLoad_ReturnsAndNothingIsWrittenAfterwards()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await TestServer.StartAsync(_device);
        var writers = new List<Task>();
        for (var i = 0; i < 8; i++)
        {
            var client = NbdTestClient.Open(server);
            writers.Add(Task.Run(() => WriteUntilCut(client), token));
        }

        await Task.Delay(200, token);
        await server.Server.StopAsync(token);
        var calls = _device.Calls.Count;
        await Task.WhenAll(writers);

        Assert.Equal(calls, _device.Calls.Count);
        Assert.True(calls > 0);
    }

    private static void WriteUntilCut(NbdTestClient client)
    {
        using (client)
        {
            try
            {
                while (client.Call(NbdCommand.Write, 0, 4096, payload: new byte[4096]) == NbdError.None)
                {
                }
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                // The connection is cut, as it should be.
            }
        }
    }
}
