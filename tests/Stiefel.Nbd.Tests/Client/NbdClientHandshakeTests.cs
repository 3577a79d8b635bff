using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Client;

/// <summary>The client's handshake against our server, and against servers that misbehave.</summary>
public sealed class NbdClientHandshakeTests : IDisposable
{
    private const string Greeting = "4e42444d41474943" + "49484156454f5054" + "0003";
    private const string ReplyToGo = "0003e889045565a9" + "00000007";

    private readonly MemoryDevice _device = new(1 << 20) { Traits = new() { MinimumBlockSize = 512 } };

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task Connect_ToOurServer_KnowsTheExportAndLeavesTheStreamInStep()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var socket = server.Connect();

        var info = NbdClientHandshake.Connect(socket, "disk");

        Assert.Equal((1L << 20, 512u, 4096u, 32u << 20), (info.Size, info.MinimumBlockSize, info.PreferredBlockSize, info.MaximumBlockSize));
        Assert.True(info.Flags.HasFlag(TransmissionFlags.SendFlush | TransmissionFlags.SendFua | TransmissionFlags.CanMultiConn));
        using var client = new NbdTestClient(socket);
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Write, 0, 1, payload: [1]));
    }

    [Fact]
    public async Task Connect_ToAnUnknownExport_SaysSo()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var socket = server.Connect();

        var error = Assert.Throws<NbdProtocolException>(() => NbdClientHandshake.Connect(socket, "other"));

        Assert.Contains("no such export", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsUnknownExport);
    }

    [Fact]
    public async Task Connect_ToAnExportThatCannotBeHadJustNow_IsNoReasonToGiveUp()
    {
        await using var server = await TestServer.StartAsync(_device);
        server.Resolver.IsKeptBack = true;
        using var socket = server.Connect();

        var error = Assert.Throws<NbdProtocolException>(() => NbdClientHandshake.Connect(socket, "disk"));

        Assert.False(error.IsUnknownExport);
        Assert.Contains("right now", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "closed the connection")]
    [InlineData("485454502f312e31203430302042616420526571", "not a newstyle NBD server")]
    [InlineData("4e42444d41474943" + "49484156454f5054" + "0000", "does not offer fixed newstyle")]
    [InlineData(Greeting + "ffffffffffffffff" + "00000007" + "00000001" + "00000000", "malformed")]
    [InlineData(Greeting + "0003e889045565a9" + "00000006" + "00000001" + "00000000", "malformed")]
    [InlineData(Greeting + ReplyToGo + "00000003" + "7fffffff", "malformed")]
    [InlineData(Greeting + ReplyToGo + "00000003" + "00000001" + "00", "without a type")]
    [InlineData(Greeting + ReplyToGo + "00000001" + "00000000", "without stating its size")]
    [InlineData(Greeting + ReplyToGo + "00000003" + "0000000c" + "0000" + "ffffffffffffffff" + "0001", "more than any device has")]
    [InlineData(Greeting + ReplyToGo + "80000005" + "00000000", "NBD_REP_ERR_TLS_REQD")]
    [InlineData(Greeting + ReplyToGo + "00000003" + "0000000c" + "0000", "closed the connection")]
    public async Task Connect_ToAServerThatMisbehaves_IsAClearError(string answer, string message)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var server = Task.Run(() => Answer(listener, Convert.FromHexString(answer)), TestContext.Current.CancellationToken);
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 })
        {
            socket.Connect(listener.LocalEndPoint!);

            var error = Assert.Throws<NbdProtocolException>(() => NbdClientHandshake.Connect(socket, "disk"));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }

        await server;
    }

    private static void Answer(Socket listener, byte[] answer)
    {
        using var peer = listener.Accept();
        peer.Send(answer);
        peer.Shutdown(SocketShutdown.Send);
        try
        {
            var rest = new byte[4096];
            while (peer.Receive(rest) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The client may leave without reading to the end.
        }
    }
}
