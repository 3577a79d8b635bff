using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Transmission;
using Xunit;

namespace Stiefel.Nbd.Tests.Negotiation;

/// <summary>The bytes of docs/protocol.md#notices as both sides send them.</summary>
public sealed class NoticesTests
{
    private const string Name = "s-6z2azed2ch54a63sxlvnysebsd2bqo77ta6ople56gjjd5k3nrea";
    private const ulong Number = 1790000000000001;
    private const ulong After = 86400000;

    private static readonly byte[] s_greeting = Convert.FromHexString("4e42444d4147494349484156454f50540003");
    private static readonly byte[] s_option = Convert.FromHexString(
        "49484156454f5054535446030000006a00000036732d367a32617a6564326368353461363373786c766e7973656273643262716f37377461366f706c653536676a6a64356b336e72656100065bfeda25e0010000000005265c0017f8012da59c67ebf87533236b83ceff5d6e37d388e1d315058bebe85bb86f41");

    private static readonly byte[] s_reply = Convert.FromHexString(
        "0003e889045565a9535446035354460300000046000000000527466002746865206c6170746f70206973206f6e20626174746572792c20343225a8577d94d381417530d380b0a2779aa846d21e307feb99eed2dc8ecfed247c960003e889045565a9535446030000000100000000");

    private static byte[] Proof => s_option[^32..];

    private static byte[] Notice => s_reply[20..^20];

    [Fact]
    public async Task Server_Asked_ReadsAndAnswersTheDocumentedBytes()
    {
        var resolver = new Telling(question => NoticeAnswer.Of([Notice]));
        await using var server = new NbdServer(new NbdServerOptions(), resolver);
        using var socket = Dial(await server.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), TestContext.Current.CancellationToken));
        Assert.Equal(s_greeting, Receive(socket, 18));
        socket.Send([0, 0, 0, 3]);

        // Ask several times on one connection.
        for (var i = 0; i < 3; i++)
        {
            socket.Send(s_option);
            Assert.Equal(s_reply, Receive(socket, s_reply.Length));
        }

        var asked = resolver.Questions[0];
        Assert.Equal((Name, Number, After), (asked.ExportName, asked.Number, asked.After));
        Assert.Equal(Proof, asked.Proof.ToArray());
    }

    [Theory]
    [InlineData(true, "535446038000000200000003")]
    [InlineData(false, "535446038000000600000003")]
    public async Task Server_Refusing_SaysWhetherTheExportIsKnown(bool isKnown, string head)
    {
        await using var server = new NbdServer(new NbdServerOptions(), new Telling(_ => new NoticeAnswer(isKnown, null, "why")));
        using var socket = Dial(await server.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), TestContext.Current.CancellationToken));
        Receive(socket, 18);
        socket.Send([0, 0, 0, 3, .. s_option]);
        Assert.Equal([.. Convert.FromHexString("0003e889045565a9" + head), .. "why"u8], Receive(socket, 23));
    }

    [Fact]
    public async Task Client_Asking_SendsAndReadsTheDocumentedBytes()
    {
        using var laptop = new TcpListener(IPAddress.Loopback, 0);
        laptop.Start();
        using var socket = Dial((IPEndPoint)laptop.LocalEndpoint);
        using var peer = await laptop.AcceptSocketAsync(TestContext.Current.CancellationToken);
        peer.Send([.. s_greeting, .. s_reply]);

        var told = new NbdClientNotices(socket).Ask(Name, Number, After, Proof, most: 1);

        Assert.Equal(Notice, Assert.Single(told));
        Assert.Equal([0, 0, 0, 3, .. s_option], Receive(peer, 4 + s_option.Length));
    }

    /// <summary>All waits together exceed the limit of a handshake, which is restarted for a client that has proved its session.</summary>
    [Fact]
    public async Task Server_AnswerTakesLongerThanAHandshakeMay_GoesOn()
    {
        var resolver = new Telling(_ =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(2));
            return NoticeAnswer.Of([]);
        });
        await using var server = new NbdServer(new NbdServerOptions { HandshakeTimeout = TimeSpan.FromSeconds(5) }, resolver);
        using var socket = Dial(await server.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), TestContext.Current.CancellationToken));
        var notices = new NbdClientNotices(socket);
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(notices.Ask(Name, Number, After, Proof, most: 8));
        }
    }

    [Fact]
    public async Task Server_ItsDesktopLeaves_CallsNobodyAStranger()
    {
        var log = new Refusals();
        await using var server = new NbdServer(new NbdServerOptions(), new Telling(_ => NoticeAnswer.Of([])), log);
        var at = await server.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), TestContext.Current.CancellationToken);
        using (var socket = Dial(at))
        {
            new NbdClientNotices(socket).Ask(Name, Number, After, Proof, most: 8);
        }

        using var stranger = Dial(at);
        stranger.Send([0, 0, 0, 3, .. new byte[16]]);
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(20));
        while (log.All.IsEmpty)
        {
            await Task.Delay(10, limit.Token);
        }

        Assert.Equal(["the client sent an option without its magic number"], log.All);
    }

    private static Socket Dial(IPEndPoint at)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        socket.Connect(at);
        return socket;
    }

    private static byte[] Receive(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (var done = 0; done < length;)
        {
            var count = socket.Receive(bytes.AsSpan(done));
            done += count > 0 ? count : throw new EndOfStreamException();
        }

        return bytes;
    }

    private sealed class Telling(Func<NoticeQuestion, NoticeAnswer> answer) : IExportResolver
    {
        public List<NoticeQuestion> Questions { get; } = [];

        public ExportLookup Resolve(string name) => ExportLookup.Unknown;

        public IReadOnlyList<string> ListVisible() => [];

        public NoticeAnswer Ask(NoticeQuestion question)
        {
            Questions.Add(question);
            return answer(question);
        }
    }

    private sealed class Refusals : INbdServerLog
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> All { get; } = new();

        public void Opened(EndPoint remote, string label)
        {
        }

        public void Refused(EndPoint remote, string reason) => All.Enqueue(reason);

        public void Closed(EndPoint remote, string label, NbdCloseReason reason, string detail)
        {
        }

        public void DeviceFailed(EndPoint remote, string label, string command, Exception cause)
        {
        }
    }
}
