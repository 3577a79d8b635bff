using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Negotiation;

/// <summary>The server's answers to a hostile peer that has not named an export yet.</summary>
public sealed class HostileHandshakeTests : IDisposable
{
    private readonly MemoryDevice _device = new(1 << 20);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task ClientFlags_Unknown_Close()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = new NbdTestClient(server.Connect());
        client.Receive(18);

        client.Send([0, 0, 0, 7]);

        Assert.True(client.IsClosedByServer());
        await server.Log.WaitForAsync("refused the client sent unknown flags", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Option_WithoutMagic_Closes()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        client.Send(new byte[16]);

        Assert.True(client.IsClosedByServer());
    }

    [Fact]
    public async Task Option_Flood_IsCutOff()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { MaxOptions = 100 });
        using var client = NbdTestClient.Greet(server);

        for (var i = 0; i < 100; i++)
        {
            client.SendOption(NbdOption.StructuredReply, []);
            Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
        }

        Assert.True(client.IsClosedByServer());
    }

    [Fact]
    public async Task Option_TooLong_IsSkipped()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.Go, new byte[NbdLimits.MaxOptionData + 1]);
        Assert.Equal(OptionReplyType.ErrorTooBig, client.ReadOptionReply().Type);
        client.SendOption(NbdOption.List, []);

        Assert.Equal(OptionReplyType.Server, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task Options_OfMoreBytesThanAllowedInAll_AreCutOff()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { MaxHandshakeBytes = 256 * 1024 });
        using var client = NbdTestClient.Greet(server);

        for (var i = 0; i < 3; i++)
        {
            client.SendOption(NbdOption.List, new byte[NbdLimits.MaxOptionData]);
            Assert.Equal(OptionReplyType.ErrorInvalid, client.ReadOptionReply().Type);
        }

        client.SendOption(NbdOption.List, new byte[NbdLimits.MaxOptionData]);
        Assert.True(client.IsClosedByServer());
        await server.Log.WaitForAsync("refused the client sent more than 262144 bytes in its handshake", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ExportName_ThatIsGiant_ClosesWithoutBeingRead()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);
        var head = new byte[OptionHeader.Size];
        new OptionHeader(NbdOption.ExportName, 1 << 20).Write(head);

        client.Send(head);

        Assert.True(client.IsClosedByServer());
    }

    [Fact]
    public async Task ExportName_LongerThanAString_Closes()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.ExportName, new byte[NbdLimits.MaxStringLength + 1]);

        Assert.True(client.IsClosedByServer());
    }

    [Fact]
    public async Task MetaContext_Flood_IsAnsweredOnceForEachOption()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);
        client.Agree(ReplyFormat.Structured);
        const int Queries = 3000;
        var data = new List<byte>([.. NbdTestClient.Prefixed("disk"), 0, 0, Queries >> 8, Queries & 0xff]);
        for (var i = 0; i < Queries; i++)
        {
            data.AddRange(NbdTestClient.Prefixed("base:allocation"));
        }

        client.SendOption(NbdOption.SetMetaContext, data.ToArray());

        Assert.Equal(OptionReplyType.MetaContext, client.ReadOptionReply().Type);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task Option_ThatAnnouncesFourGigabytes_Closes()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);
        var head = new byte[OptionHeader.Size];
        new OptionHeader(NbdOption.Go, uint.MaxValue).Write(head);

        client.Send(head);

        Assert.True(client.IsClosedByServer());
    }

    public static TheoryData<string> MalformedGo => new()
    {
        "",                                 // nothing
        "0000",                             // half a length
        "00000004" + "6469736b",            // no number of requests
        "ffffffff" + "6469736b" + "0000",   // name longer than the data
        "00000004" + "6469736b" + "0002" + "0003",          // fewer requests than announced
        "00000004" + "6469736b" + "0000" + "ff",            // more data than announced
        "00000004" + "64690073" + "0000",   // NUL in the name
        "00000004" + "ff69736b" + "0000",   // no UTF-8
    };

    [Theory]
    [MemberData(nameof(MalformedGo))]
    public async Task Go_Malformed_IsInvalid(string data)
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.Go, Convert.FromHexString(data));

        Assert.Equal(OptionReplyType.ErrorInvalid, client.ReadOptionReply().Type);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000004" + "6469736b")]
    [InlineData("00000004" + "6469736b" + "ffffffff")]
    [InlineData("00000004" + "6469736b" + "00000001" + "000000ff" + "62")]
    [InlineData("00000004" + "6469736b" + "00000000" + "00")]
    public async Task MetaContext_Malformed_IsInvalid(string data)
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);
        client.Agree(ReplyFormat.Structured);

        client.SendOption(NbdOption.SetMetaContext, Convert.FromHexString(data));

        Assert.Equal(OptionReplyType.ErrorInvalid, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task Client_ThatSaysNothing_IsCutOffAtTheDeadline()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(300) });
        using var client = new NbdTestClient(server.Connect());
        client.Receive(18);

        Assert.True(client.IsClosedByServer());
        await server.Log.WaitForAsync("refused ", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Client_ThatDribbles_IsCutOffAtTheDeadline()
    {
        var options = new NbdServerOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(600) };
        await using var server = await TestServer.StartAsync(_device, options);
        using var client = NbdTestClient.Greet(server);

        // Each byte comes well within the timeout of a single receive.
        var isClosed = false;
        for (var i = 0; i < 12 && !isClosed; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            isClosed = client.Socket.Poll(0, System.Net.Sockets.SelectMode.SelectRead);
            if (!isClosed)
            {
                client.Send("IHAVEOPT"u8.Slice(i % 8, 1));
            }
        }

        Assert.True(isClosed);
        await server.Log.WaitForAsync("refused", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Handshakes_BeyondTheLimit_DisplaceTheOldest()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { MaxHandshakes = 2 });
        using var oldest = NbdTestClient.Greet(server);
        using var second = NbdTestClient.Greet(server);

        using var newest = NbdTestClient.Open(server);

        Assert.True(oldest.IsClosedByServer());
        Assert.Equal(NbdError.None, newest.Call(NbdCommand.Flush, 0, 0));
        second.SendOption(NbdOption.Abort, []);
        Assert.Equal(OptionReplyType.Ack, second.ReadOptionReply().Type);
    }

    [Fact]
    public async Task Handshakes_FloodedFromOneAddress_DisplaceTheirOwnOnly()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { MaxHandshakes = 4 });
        using var victim = NbdTestClient.Greet(server);
        using var flood = new Flood(server, 20);

        // Use another address of this machine: all of 127/8 is local.
        victim.SendOption(NbdOption.Go, NbdTestClient.GoData("disk"));

        Assert.Equal(OptionReplyType.Info, victim.ReadOptionReply().Type);
    }

    [Fact]
    public async Task Handshakes_FloodedByAUserOfTheSameMachine_DoNotDisplaceItsRoot()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { MaxHandshakes = 4 });
        using var root = FromReservedPort(server);
        using var flood = new Flood(server, 20, "127.0.0.1");
        flood.WaitUntilDisplaced();
        root.Enter();
        Assert.Equal(NbdError.None, root.Call(NbdCommand.Flush, 0, 0));
    }

    [Fact]
    public async Task Handshakes_FloodedFromReservedPorts_AreLimitedToo()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { MaxHandshakes = 2 });
        using var oldest = FromReservedPort(server);
        using var second = FromReservedPort(server);
        using var newest = FromReservedPort(server);
        newest.Enter();
        Assert.True(oldest.IsClosedByServer());
    }

    private static NbdTestClient FromReservedPort(TestServer server)
    {
        for (var port = 1023; ; port--)
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
            try
            {
                socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port));
                socket.Connect(server.EndPoint);
            }
            catch (System.Net.Sockets.SocketException) when (port > 512)
            {
                // Another process uses the port, or did a moment ago.
                socket.Dispose();
                continue;
            }

            var client = new NbdTestClient(socket);
            client.Receive(18);
            client.Send([0, 0, 0, 3]);
            return client;
        }
    }

    private sealed class Flood : IDisposable
    {
        private readonly List<System.Net.Sockets.Socket> _sockets = [];

        public Flood(TestServer server, int count, string address = "127.0.0.77")
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                _sockets.Add(socket);
                socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(address), 0));
                socket.Connect(server.EndPoint);
            }
        }

        /// <summary>Waits until the server has ended the first connection, which shows that there were too many.</summary>
        public void WaitUntilDisplaced()
        {
            var first = _sockets[0];
            first.ReceiveTimeout = 20_000;
            var greeting = new byte[64];
            while (first.Receive(greeting) > 0)
            {
            }
        }

        public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(9, 1)]
    public async Task Connections_BeyondTheLimit_AreRefusedWithAReason(int most, int mostPerAddress)
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { MaxConnections = most, MaxConnectionsPerAddress = mostPerAddress });
        using var first = NbdTestClient.Open(server);
        using var second = NbdTestClient.Greet(server);

        second.SendOption(NbdOption.Go, NbdTestClient.GoData("disk"));

        Assert.Equal(OptionReplyType.ErrorPolicy, second.ReadOptionReply().Type);
        Assert.Equal(NbdError.None, first.Call(NbdCommand.Flush, 0, 0));
    }
}
