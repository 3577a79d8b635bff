using System.Buffers.Binary;
using System.Net.Sockets;
using CsCheck;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>Only the newest generation of a client's connections can write, whatever arrives late or out of order (docs/protocol.md#generations).</summary>
public sealed class GenerationTests : IDisposable
{
    private readonly MemoryDevice _device = new(1 << 20);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task AcceptedFirstAndOpenedLast_WithoutNumbers_DoesNotGetIn()
    {
        await using var server = await StartAsync();
        using var first = NbdTestClient.Greet(server);
        using var second = NbdTestClient.Greet(server);
        Assert.Equal(OptionReplyType.Info, Enter(second, 0));
        Assert.True(TryWrite(second, 2));

        Assert.Equal(OptionReplyType.ErrorPolicy, Enter(first, 0));

        Assert.True(TryWrite(second, 2));
    }

    [Fact]
    public async Task LowerGeneration_AfterAHigherOne_DoesNotGetInAlsoWhenThatIsGone()
    {
        await using var server = await StartAsync();
        using (var higher = NbdTestClient.Greet(server))
        {
            Assert.Equal(OptionReplyType.Info, Enter(higher, 8));
        }

        using var lower = NbdTestClient.Greet(server);
        Assert.Equal(OptionReplyType.ErrorPolicy, Enter(lower, 7));
        using var unnumbered = NbdTestClient.Greet(server);
        Assert.Equal(OptionReplyType.ErrorPolicy, Enter(unnumbered, 0));
    }

    [Fact]
    public async Task HigherGeneration_EndsAllOfLowerOnesBeforeItMayWrite()
    {
        await using var server = await StartAsync();
        using var one = NbdTestClient.Greet(server);
        using var two = NbdTestClient.Greet(server);
        Assert.Equal((OptionReplyType.Info, OptionReplyType.Info), (Enter(one, 7), Enter(two, 7)));
        Assert.True(TryWrite(one, 7));
        Assert.True(TryWrite(two, 7));

        using var higher = NbdTestClient.Greet(server);
        Assert.Equal(OptionReplyType.Info, Enter(higher, 8));

        Assert.Single(server.Server.Connections);
        Assert.False(TryWrite(one, 7));
        Assert.False(TryWrite(two, 7));
        Assert.True(TryWrite(higher, 8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000000000000000")]
    [InlineData("00000000000001")]
    [InlineData("000000000000000100")]
    public async Task Generation_Malformed_IsRefusedAndTheStreamGoesOn(string data)
    {
        await using var server = await StartAsync();
        using var client = NbdTestClient.Greet(server);
        client.SendOption(NbdOption.Generation, Convert.FromHexString(data));
        Assert.Equal(OptionReplyType.ErrorInvalid, client.ReadOptionReply().Type);
        Assert.Equal(OptionReplyType.Info, Enter(client, 5));
        Assert.True(TryWrite(client, 5));
    }

    [Fact]
    public void AnySteps_OnlyTheNewestGenerationWrites()
    {
        var steps = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.ULong[0, 4]).List[1, 25];
        steps.Sample(Play, iter: FuzzCount.Of(60, cost: 5000), threads: 1);
    }

    [Fact]
    public async Task ManyAtOnce_EachWritesAfterAllOfLowerGenerations()
    {
        const int Clients = 24;
        await using var server = await StartAsync();
        var written = new List<ulong>();
        _device.Before = command => Thread.SpinWait(command == "write" ? 2000 : 0);
        _device.Written = (_, data) => written.Add(BinaryPrimitives.ReadUInt64BigEndian(data));
        var order = Enumerable.Range(1, Clients).Select(i => (ulong)((i * 7 % 12) + 1)).ToArray();

        await Task.WhenAll(order.Select(generation => Task.Factory.StartNew(
            () =>
            {
                using var client = NbdTestClient.Greet(server);
                for (var i = Enter(client, generation) == OptionReplyType.Info ? 0 : 50; i < 50 && TryWrite(client, generation); i++)
                {
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.NotEmpty(written);
        Assert.Equal(written.Order(), written);
        Assert.Equal(order.Max(), written[^1]);
    }

    /// <summary>
    /// Plays steps against a model, the list of admitted generations, of which only the newest may write. Steps: greet, enter with a number, write, leave.
    /// </summary>
    private void Play(List<(int Step, int Client, ulong Generation)> steps)
    {
        using var device = new MemoryDevice(4096);
        var server = TestServer.StartAsync(device, sharing: ExportSharing.NewestConnectionOnly).GetAwaiter().GetResult();
        var clients = new Peer?[6];
        var (newest, newestId, lastId) = (0UL, 0, 0);
        try
        {
            foreach (var (step, at, generation) in steps)
            {
                var peer = clients[at] ??= new Peer(NbdTestClient.Greet(server), ++lastId);
                switch (step)
                {
                    case 0:
                        peer.Client.Dispose();
                        clients[at] = null;
                        break;
                    case 1 when !peer.HasAsked:
                        var mayEnter = generation > newest || (generation == newest && (generation > 0 || peer.Id > newestId));
                        peer.HasAsked = true;
                        peer.Order = (generation, peer.Id);
                        peer.IsIn = Enter(peer.Client, generation) == OptionReplyType.Info;
                        Assert.Equal(mayEnter, peer.IsIn);
                        (newest, newestId) = mayEnter ? (generation, peer.Id) : (newest, newestId);
                        break;
                    case > 1 when peer.IsIn:
                        var mayWrite = peer.Order.Generation == newest && (newest > 0 || peer.Id == newestId);
                        Assert.Equal(mayWrite, TryWrite(peer.Client, newest));
                        peer.IsIn = mayWrite;
                        break;
                }
            }
        }
        finally
        {
            clients.ToList().ForEach(peer => peer?.Client.Dispose());
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(_device, sharing: ExportSharing.NewestConnectionOnly);

    /// <summary>Sends the generation and GO; returns the first answer to GO.</summary>
    private static OptionReplyType Enter(NbdTestClient client, ulong generation)
    {
        if (generation != 0)
        {
            var number = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(number, generation);
            client.SendOption(NbdOption.Generation, number);
            Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
        }

        client.SendOption(NbdOption.Go, NbdTestClient.GoData(TestServer.ExportName));
        try
        {
            var first = client.ReadOptionReply().Type;
            return first == OptionReplyType.Info && client.ReadOptionReply().Type != OptionReplyType.Ack ? OptionReplyType.None : first;
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            // A newer connection ended this one before it got its answer.
            return OptionReplyType.None;
        }
    }

    private static bool TryWrite(NbdTestClient client, ulong generation)
    {
        var number = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, generation);
        try
        {
            return client.Call(NbdCommand.Write, 0, 8, payload: number) == NbdError.None;
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            return false;
        }
    }

    private sealed class Peer(NbdTestClient client, int id)
    {
        public NbdTestClient Client { get; } = client;

        /// <summary>The client's number, in the order in which the server accepted the connections.</summary>
        public int Id { get; } = id;

        public bool HasAsked { get; set; }

        public bool IsIn { get; set; }

        public (ulong Generation, int Id) Order { get; set; }
    }
}
