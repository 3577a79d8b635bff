using System.Net;
using Stiefel.Attach.Agent;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Keys;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>The desktop's side of a clean end, against our block server on loopback.</summary>
[Collection("network namespace")]
public sealed class LaptopGoodbyeTests : IAsyncDisposable
{
    private const string Capability = "s-capability";

    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly SessionId s_session = SessionId.Read([.. Enumerable.Range(1, 16).Select(i => (byte)i)]);

    private readonly Laptop _laptop = new();
    private NbdServer? _server;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public void Say_ToALaptopThatHearsIt_FlushesFirstAndVerifiesTheAnswer()
    {
        var at = Start();
        _laptop.Connections = () => _server!.Connections.Count;

        Goodbye().Say(at);

        Assert.Equal(["flush"], _laptop.Calls);
        var heard = Assert.Single(_laptop.Heard);
        Assert.True(SessionGoodbye.IsProof(heard.Proof.Span, s_key, s_session, heard.Number));
        Assert.True(_laptop.WasFlushed);
        Assert.Equal(0, _laptop.ConnectedThen);
    }

    [Fact]
    public void Say_Again_TakesAHigherNumberAndCopesWithAnExportThatIsOver()
    {
        var at = Start();
        var goodbye = Goodbye();
        goodbye.Say(at);
        _laptop.IsOver = true;

        goodbye.Say(at);

        Assert.True(_laptop.Heard[1].Number > _laptop.Heard[0].Number);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Say_AnswerIsForgedOrItsOwnSentBack_IsNotBelieved(int forgery)
    {
        _laptop.Answer = heard => forgery == 1 ? new byte[32] : heard.Proof.ToArray();
        var at = Start();
        Assert.Contains("not made by the laptop", Assert.Throws<NbdProtocolException>(() => Goodbye().Say(at)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Say_LaptopLostWhatWasWritten_IsGivenUp()
    {
        _laptop.FlushFails = true;
        var at = Start();
        Assert.Contains("lost", Assert.Throws<GoodbyeRefusedException>(() => Goodbye().Say(at)).Message, StringComparison.Ordinal);
        Assert.Empty(_laptop.Heard);
    }

    [Fact]
    public void Say_BootedByAnOldStick_IsGivenUp() => Assert.Throws<GoodbyeRefusedException>(
        () => new LaptopGoodbye(Session with { Goodbye = null }, new ConnectionGenerations()).Say(new IPEndPoint(IPAddress.Loopback, 1)));

    [Fact]
    public void Next_ClockStandsStillOrWasStartedAgain_Rises()
    {
        var generations = new ConnectionGenerations(() => 5);
        Assert.Equal((5UL, 6UL, 7UL), (generations.Next(), generations.Next(), generations.Next()));
        var first = new ConnectionGenerations().Next();
        Assert.True(new ConnectionGenerations().Next() > first);
    }

    private IPEndPoint Start()
    {
        Ip("link set dev lo up");
        _server = new NbdServer(new NbdServerOptions(), _laptop);
        return _server.StartAsync(new IPEndPoint(IPAddress.Loopback, 0)).GetAwaiter().GetResult();
    }

    private static AttachSession Session => new()
    {
        Mac = "52:54:00:12:34:56", ServerAddress = "127.0.0.1", Port = 1, ExportName = Capability,
        Goodbye = new(s_session.ToString(), Convert.ToHexStringLower(s_key)),
    };

    private static LaptopGoodbye Goodbye() => new(Session, new ConnectionGenerations());

    private sealed class Laptop : IExportResolver, IBlockDevice
    {
        private readonly NbdExport _export;

        public Laptop()
        {
            _export = new NbdExport(Capability, this) { Sharing = ExportSharing.NewestConnectionOnly };
            Answer = heard => SessionGoodbye.Confirm(s_key, s_session, heard.Number);
        }

        public Func<Goodbye, byte[]> Answer { get; set; }

        public bool IsOver { get; set; }

        public bool FlushFails { get; set; }

        public bool WasFlushed { get; private set; }

        public int ConnectedThen { get; private set; }

        public Func<int> Connections { get; set; } = () => -1;

        public List<string> Calls { get; } = [];

        public List<Goodbye> Heard { get; } = [];

        public long Size => 1 << 20;

        public DeviceTraits Traits { get; } = new();

        public ExportLookup Resolve(string name) => name == Capability && !IsOver ? ExportLookup.Of(_export) : ExportLookup.Unknown;

        public IReadOnlyList<string> ListVisible() => [];

        public GoodbyeAnswer Hear(Goodbye goodbye)
        {
            WasFlushed = _export.Session.IsFlushed;
            ConnectedThen = Connections();
            Heard.Add(goodbye);
            return GoodbyeAnswer.Heard(Answer(goodbye), () => { });
        }

        public void Flush()
        {
            Calls.Add("flush");
            if (FlushFails)
            {
                throw new Stiefel.Linux.Errors.LinuxException("fdatasync", 5);
            }
        }

        public void Read(long offset, Span<byte> buffer) => Calls.Add("read");

        public void Write(long offset, ReadOnlySpan<byte> data) => Calls.Add("write");

        public void Trim(long offset, long length) => Calls.Add("trim");

        public void WriteZeroes(long offset, long length, ZeroOptions options) => Calls.Add("zero");

        public void Prefetch(long offset, long length) => Calls.Add("prefetch");

        public BlockExtent FindExtent(long offset, long length) => new(length, false);

        public void Dispose()
        {
        }
    }
}
