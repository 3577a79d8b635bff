using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Discovery;

public sealed class DiscoveryTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Find_RightKey_IsAnsweredWithTheBootPort(string address)
    {
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Laptop", "wren", "--Discovery:LaptopId", "0123456789abcdef");
        using var socket = SocketFor(address, server);
        var nonce = RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize);
        await socket.SendAsync(DiscoveryDatagram.BuildFind(_files.Key, nonce), Token);

        var answer = await ReceiveAsync(socket, TimeLimit.Seconds(10));
        Assert.True(DiscoveryDatagram.TryOpenHello(answer!, _files.Key, nonce, out var port, out var laptop));
        Assert.Equal((server.Boot.Port, "wren", "0123456789abcdef"), (port, laptop.Name, laptop.Id));
    }

    [Fact]
    public async Task Find_ForeignKeyOrJunk_IsSilenceOnTheWireAndOneLineInTheLog()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var foreign = SharedKey.Generate("foreign");
        using var socket = SocketFor("127.0.0.1", server);
        var right = DiscoveryDatagram.BuildFind(_files.Key, new byte[DiscoveryDatagram.NonceSize]);
        await socket.SendAsync(DiscoveryDatagram.BuildFind(foreign, new byte[DiscoveryDatagram.NonceSize]), Token);
        await socket.SendAsync(Array.Empty<byte>(), Token);
        await socket.SendAsync(right.AsMemory(0, right.Length - 1), Token);
        await socket.SendAsync((byte[])[.. right, 0], Token);
        for (var i = 0; i < right.Length; i++)
        {
            var forged = (byte[])right.Clone();
            forged[i] ^= 1;
            await socket.SendAsync(forged, Token);
        }

        Assert.Null(await ReceiveAsync(socket, TimeSpan.FromMilliseconds(500)));
        Assert.Single(server.Log.With("no accepted key"));
    }

    [Fact]
    public async Task Find_AfterAFlood_IsAnswered()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var flood = SocketFor("127.0.0.1", server);
        var junk = RandomNumberGenerator.GetBytes(DiscoveryDatagram.Size);
        for (var i = 0; i < 20_000; i++)
        {
            await flood.SendAsync(junk, Token);
        }

        using var socket = SocketFor("127.0.0.1", server);
        byte[]? answer = null;
        for (var i = 0; i < 40 && answer is null; i++)
        {
            await socket.SendAsync(DiscoveryDatagram.BuildFind(_files.Key, new byte[DiscoveryDatagram.NonceSize]), Token);
            answer = await ReceiveAsync(socket, TimeSpan.FromMilliseconds(250));
        }

        Assert.NotNull(answer);
    }

    private static Socket SocketFor(string address, RunningServer server)
    {
        var ip = IPAddress.Parse(address);
        var socket = new Socket(ip.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(ip, server.DiscoveryPort);
        return socket;
    }

    private static async Task<byte[]?> ReceiveAsync(Socket socket, TimeSpan limit)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(limit);
        try
        {
            var buffer = new byte[2048];
            return buffer[..await socket.ReceiveAsync(buffer, patience.Token)];
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            return null;
        }
    }
}
