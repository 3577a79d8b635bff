using System.Buffers.Binary;
using System.Net.Sockets;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>Peers that disconnect, stall or lie in transmission; a second client must not be affected.</summary>
public sealed class HostilePeerTests : IDisposable
{
    private readonly MemoryDevice _device = new(1 << 20);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task Disconnect_InTheMiddleOfAPayload_WritesNoPartOfThePiece()
    {
        await using var server = await TestServer.StartAsync(_device);
        using (var client = NbdTestClient.Open(server))
        {
            client.Request(NbdCommand.Write, 0, 100_000, payload: new byte[50_000]);
        }

        await server.Log.WaitForAsync("closed disk Violation the client disconnected in the middle of a payload", TestContext.Current.CancellationToken);
        Assert.Empty(_device.Calls);
    }

    [Fact]
    public async Task Request_WithoutMagic_EndsTheConnectionAfterTheRepliesBeforeIt()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        var cookie = client.Request(NbdCommand.Write, 0, 1, payload: [1]);
        Assert.Equal(NbdError.None, client.ReadReply(cookie));

        client.Send(new byte[NbdRequest.CompactSize]);

        Assert.True(client.IsClosedByServer());
        await server.Log.WaitForAsync("closed disk Violation the client sent a request without its magic number", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Payload_ThatStalls_IsCutOff()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { StallTimeout = TimeSpan.FromMilliseconds(300) });
        using var client = NbdTestClient.Open(server);

        client.Request(NbdCommand.Write, 0, 4096, payload: [1, 2, 3]);

        Assert.True(client.IsClosedByServer());
        await server.Log.WaitForAsync("closed disk Violation", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Client_ThatIsIdle_IsNotCutOff()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { StallTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = NbdTestClient.Open(server);

        await Task.Delay(600, TestContext.Current.CancellationToken);

        Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
    }

    /// <summary>A client that leaves a reply unread is not idle, even if it requests nothing more, and no part of the reply is sent twice.</summary>
    [Fact]
    public async Task Client_ThatStopsReadingBetweenRequests_IsCutOffAndReadsNothingTwice()
    {
        const int Length = 60_000;
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { StallTimeout = TimeSpan.FromMilliseconds(500) });
        using var deaf = NbdTestClient.Open(server);
        Assert.Equal(NbdError.None, deaf.Call(NbdCommand.Write, 0, Length, payload: [.. Enumerable.Range(0, Length).Select(at => (byte)(at / 251))]));

        // Request one by one, so that each reply is sent when the server has nothing else to do; all of them together exceed the socket buffer.
        try
        {
            for (var i = 0; i < 400; i++)
            {
                deaf.Request(NbdCommand.Read, 0, Length);
                await Task.Delay(i < 100 ? 2 : 0, TestContext.Current.CancellationToken);
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // The server has closed the connection by now.
        }

        await server.Log.WaitForAsync("closed disk Violation", TestContext.Current.CancellationToken);
        AssertReplies(deaf.Socket, Length);
    }

    // Checks that complete replies follow each other; only the last may be cut off.
    private static void AssertReplies(Socket socket, int length)
    {
        var reply = new byte[16 + length];
        ulong cookie = 0;
        while (ReceiveAll(socket, reply))
        {
            Assert.Equal((0x67446698u, 0u), (BinaryPrimitives.ReadUInt32BigEndian(reply), BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(4))));
            var next = BinaryPrimitives.ReadUInt64BigEndian(reply.AsSpan(8));
            Assert.True(cookie == 0 || next == cookie + 1, $"the reply to request {next} follows that to {cookie}");
            cookie = next;
            Assert.Equal((byte)((length - 1) / 251), reply[^1]);
        }

        Assert.NotEqual(0ul, cookie);
    }

    private static bool ReceiveAll(Socket socket, Span<byte> buffer)
    {
        try
        {
            for (var count = 0; count < buffer.Length;)
            {
                var received = socket.Receive(buffer[count..]);
                if (received == 0)
                {
                    return false;
                }

                count += received;
            }

            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return false;
        }
    }

    [Fact]
    public async Task Client_ThatDoesNotReadItsReplies_IsCutOffWhileOthersAreServed()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { StallTimeout = TimeSpan.FromMilliseconds(500) });
        using var deaf = NbdTestClient.Open(server);
        using var other = NbdTestClient.Open(server);

        // 100 MiB of replies exceed any socket buffer.
        for (var i = 0; i < 100; i++)
        {
            deaf.Request(NbdCommand.Read, 0, 1 << 20);
        }

        Assert.Equal(NbdError.None, other.Call(NbdCommand.Write, 0, 1, payload: [1]));
        await server.Log.WaitForAsync("closed disk Violation", TestContext.Current.CancellationToken);
        Assert.Equal(NbdError.None, other.Call(NbdCommand.Write, 0, 1, payload: [1]));
    }

    [Fact]
    public async Task Client_ThatReadsAByteNowAndThen_IsCutOff()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { StallTimeout = TimeSpan.FromMilliseconds(500) });
        using var trickle = NbdTestClient.Open(server);
        for (var i = 0; i < 100; i++)
        {
            trickle.Request(NbdCommand.Read, 0, 1 << 20);
        }

        var isCut = false;
        for (var i = 0; i < 400 && !isCut; i++)
        {
            await Task.Delay(25, TestContext.Current.CancellationToken);
            isCut = server.Log.Lines.Any(line => line.StartsWith("closed disk Violation", StringComparison.Ordinal));
            if (!isCut)
            {
                trickle.Receive(1);
            }
        }

        Assert.True(isCut);
    }

    [Fact]
    public async Task Client_ThatClosesItsSideOnly_GetsItsRepliesAndIsLetGo()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        var write = client.Request(NbdCommand.Write, 0, 3, payload: "abc"u8);
        var read = client.Request(NbdCommand.Read, 0, 3);

        client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);

        Assert.Equal(NbdError.None, client.ReadReply(write));
        Assert.Equal(NbdError.None, client.ReadReply(read));
        Assert.Equal("abc"u8.ToArray(), client.Receive(3));
        Assert.True(client.IsClosedByServer());
        await server.Log.WaitForAsync("closed disk Lost", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Cookies_ThatRepeat_AreEachAnswered()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        var request = new byte[NbdRequest.CompactSize];
        new NbdRequest(0, NbdCommand.Flush, 42, 0, 0).Write(request, ReplyFormat.Simple);

        client.Send([.. request, .. request, .. request]);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(NbdError.None, client.ReadReply(42));
        }
    }

    [Fact]
    public async Task Connections_ThatComeAndGo_LeaveNothingBehind()
    {
        await using var server = await TestServer.StartAsync(_device);

        for (var i = 0; i < 200; i++)
        {
            using var client = NbdTestClient.Open(server);
            client.Request(NbdCommand.Read, 0, 4096);
        }

        for (var i = 0; i < 200 && (CountClosed() < 200 || server.Server.Connections.Count > 0); i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Equal(200, CountClosed());
        Assert.Empty(server.Server.Connections);

        int CountClosed() => server.Log.Lines.Count(line => line.StartsWith("closed", StringComparison.Ordinal));
    }
}
