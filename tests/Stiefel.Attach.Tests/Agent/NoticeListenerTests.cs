using System.Net;
using System.Net.Sockets;
using Stiefel.Attach.Agent;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Notices;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>The desktop's side of notices, against our block server on loopback, and against one that lies.</summary>
[Collection("network namespace")]
public sealed class NoticeListenerTests : IAsyncDisposable
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly SessionId s_session = SessionId.Read([.. Enumerable.Range(1, 16).Select(i => (byte)i)]);

    private readonly List<Notice> _heard = [];
    private readonly List<NoticeQuestion> _asked = [];
    private NbdServer? _server;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public void Ask_ALaptopThatTells_HearsEachOnceAndAsksAfterTheLast()
    {
        var at = Start((question, turn) => turn switch
        {
            0 => [Seal(question, 0, 5), Seal(question, 5, 6)],
            1 => [Seal(question, 6, 9)],
            _ => null,
        });

        var listener = Listener();
        Assert.Throws<NbdProtocolException>(() => listener.Ask(at));

        Assert.Equal([5UL, 6UL, 9UL], _heard.Select(notice => notice.Number));
        Assert.Equal([0UL, 6UL, 9UL], _asked.Select(question => question.After));
        Assert.All(_asked, question => Assert.True(SessionNotices.IsProof(question.Proof.Span, s_key, s_session, question.Number, question.After)));
        Assert.True(_asked[1].Number > _asked[0].Number && _asked[2].Number > _asked[1].Number);

        // A new connection continues after the last notice.
        Assert.Throws<NbdProtocolException>(() => listener.Ask(at));
        Assert.Equal(9UL, _asked[^1].After);
    }

    public static TheoryData<string> Lies => ["forged", "recorded", "old", "left out", "out of order", "too many", "too long", "no text"];

    [Theory]
    [MemberData(nameof(Lies))]
    public void Ask_ALaptopThatLies_IsNotBelievedFromThereOn(string lie)
    {
        byte[]? recorded = null;
        var at = Start((question, turn) => turn switch
        {
            0 => [recorded = Seal(question, 0, 5)],
            1 => lie switch
            {
                "forged" => [Seal(question, 5, 6)[..^1].Append((byte)0).ToArray()],
                "recorded" => [recorded!],
                "old" => [Seal(question, 5, 4)],
                "left out" => [Seal(question, 6, 7)],
                "out of order" => [Seal(question, 6, 7), Seal(question, 5, 6)],
                "too many" => [.. Enumerable.Range(5, SessionNotices.MaxInAnswer + 1).Select(number => Seal(question, (ulong)number, (ulong)number + 1))],
                "too long" => [new byte[1 << 20]],
                _ => [Seal(question, 5, 6, "")],
            },
            _ => [],
        });

        Assert.Throws<NbdProtocolException>(() => Listener().Ask(at));

        Assert.Equal(5UL, Assert.Single(_heard).Number);
        Assert.Equal(2, _asked.Count);
    }

    /// <summary>A laptop that answers at once instead of holding the question is asked once a second.</summary>
    [Fact]
    public void Ask_ALaptopThatAnswersNothingAtOnce_IsAskedWithPauses()
    {
        var began = Environment.TickCount64;
        var at = Start((_, turn) => turn < 3 ? [] : null);
        Assert.Throws<NbdProtocolException>(() => Listener().Ask(at));
        Assert.InRange(Environment.TickCount64 - began, 3000, long.MaxValue);
    }

    [Fact]
    public void Ask_BootedByAnOldStick_AsksNothing() =>
        new NoticeListener(Session with { Goodbye = null }, new ConnectionGenerations(), () => null, _heard.Add).Ask(new IPEndPoint(IPAddress.Loopback, 1));

    [Fact]
    public void Ask_ALaptopOfBefore_IsUnsupported()
    {
        Ip("link set dev lo up");
        using var laptop = new TcpListener(IPAddress.Loopback, 0);
        laptop.Start();
        var peer = new Thread(() =>
        {
            using var socket = laptop.AcceptSocket();
            socket.Send(Convert.FromHexString("4e42444d4147494349484156454f505400030003e889045565a9535446038000000100000000"));
            while (socket.Receive(new byte[256]) > 0)
            {
            }
        });
        peer.Start();
        Assert.True(Assert.Throws<NbdProtocolException>(() => Listener().Ask((IPEndPoint)laptop.LocalEndpoint)).IsUnsupported);
        peer.Join();
    }

    private IPEndPoint Start(Func<NoticeQuestion, int, IReadOnlyList<byte[]>?> answer)
    {
        Ip("link set dev lo up");
        _server = new NbdServer(new NbdServerOptions(), new Laptop(_asked, answer));
        return _server.StartAsync(new IPEndPoint(IPAddress.Loopback, 0)).GetAwaiter().GetResult();
    }

    private static AttachSession Session => new()
    {
        Mac = "52:54:00:12:34:56", ServerAddress = "127.0.0.1", Port = 1, ExportName = "s-capability",
        Goodbye = new(s_session.ToString(), Convert.ToHexStringLower(s_key)),
    };

    private NoticeListener Listener() => new(Session, new ConnectionGenerations(), () => null, _heard.Add);

    private static byte[] Seal(NoticeQuestion question, ulong previous, ulong number, string text = "hear") =>
        SessionNotices.Seal(s_key, s_session, question.Number, previous, new Notice(number, NoticeKind.Warning, text));

    private sealed class Laptop(List<NoticeQuestion> asked, Func<NoticeQuestion, int, IReadOnlyList<byte[]>?> answer) : IExportResolver
    {
        public ExportLookup Resolve(string name) => ExportLookup.Unknown;

        public IReadOnlyList<string> ListVisible() => [];

        public NoticeAnswer Ask(NoticeQuestion question)
        {
            asked.Add(question);
            return answer(question, asked.Count - 1) is { } notices ? NoticeAnswer.Of(notices) : NoticeAnswer.Refused("enough");
        }
    }
}
