using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Transport.Tls;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transport.Tls;

/// <summary>NBD_OPT_STARTTLS as specified in proto.md#tls-support.</summary>
public sealed class StartTlsTests : IDisposable
{
    private readonly MemoryDevice _device = new(3 << 20);
    private readonly TestCertificates _certificates = new();

    public void Dispose()
    {
        _device.Dispose();
        _certificates.Dispose();
    }

    [Theory]
    [InlineData(NbdTlsMode.Opportunistic, ReplyFormat.Simple)]
    [InlineData(NbdTlsMode.Required, ReplyFormat.Structured)]
    [InlineData(NbdTlsMode.Required, ReplyFormat.Extended)]
    public async Task StartTls_ThenGo_ServesEverySizeOfRequest(object mode, object format)
    {
        await using var server = await StartAsync((NbdTlsMode)mode);
        using var client = NbdTestClient.Greet(server);
        client.StartTls(_certificates);
        client.Enter((ReplyFormat)format, withContext: (ReplyFormat)format != ReplyFormat.Simple);

        foreach (var length in new[] { 1, 4096, 100_000, 2 << 20 })
        {
            var data = new byte[length];
            new Random(length).NextBytes(data);
            var cookie = client.Request(NbdCommand.Write, 77, (ulong)length, payload: data);
            Assert.Equal(cookie, ReadAcknowledgement(client));
            Assert.True(_device.Bytes.AsSpan(77, length).SequenceEqual(data));
        }

        client.Request(NbdCommand.Disconnect, 0, 0);
        Assert.True(client.IsClosedByServer());
        await server.Log.WaitForAsync("closed disk Disconnected", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task StartTls_BigReads_KeepTheBytes()
    {
        await using var server = await StartAsync(NbdTlsMode.Required);
        using var client = NbdTestClient.Greet(server);
        client.StartTls(_certificates);
        client.Enter();
        new Random(5).NextBytes(_device.Bytes);

        Assert.Equal(NbdError.None, client.Call(NbdCommand.Read, 3, 2_500_000));

        Assert.True(_device.Bytes.AsSpan(3, 2_500_000).SequenceEqual(client.Receive(2_500_000)));
    }

    [Fact]
    public async Task Required_BeforeTls_RefusesEveryOtherOption()
    {
        await using var server = await StartAsync(NbdTlsMode.Required);
        using var client = NbdTestClient.Greet(server);

        foreach (var option in new[]
        {
            NbdOption.List, NbdOption.Info, NbdOption.Go, NbdOption.StructuredReply, NbdOption.ListMetaContext, NbdOption.SetMetaContext,
            NbdOption.ExtendedHeaders, NbdOption.PeekExport, (NbdOption)4711,
        })
        {
            client.SendOption(option, NbdTestClient.GoData(TestServer.ExportName));
            Assert.Equal((option, OptionReplyType.ErrorTlsRequired), (client.ReadOptionReply() is var reply ? reply.Option : default, reply.Type));
        }

        client.SendOption(NbdOption.Go, new byte[NbdLimits.MaxOptionData + 1]);
        Assert.Equal(OptionReplyType.ErrorTlsRequired, client.ReadOptionReply().Type);
        client.StartTls(_certificates);
        client.Enter();
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
    }

    [Fact]
    public async Task Required_AbortBeforeTls_IsAcknowledged()
    {
        await using var server = await StartAsync(NbdTlsMode.Required);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.Abort, []);

        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    public async Task Required_ExportNameBeforeTls_Closes(byte clientFlags)
    {
        await using var server = await StartAsync(NbdTlsMode.Required);
        using var client = new NbdTestClient(server.Connect());
        client.Receive(18);
        client.Send([0, 0, 0, clientFlags]);

        client.SendOption(NbdOption.ExportName, "disk"u8);

        Assert.True(client.IsClosedByServer());
        await server.Log.WaitForAsync("refused the client did not start TLS, which this server requires", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Opportunistic_WithoutTls_ServesAsWell()
    {
        await using var server = await StartAsync(NbdTlsMode.Opportunistic);
        using var client = NbdTestClient.Open(server);

        Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
    }

    [Fact]
    public async Task StartTls_ForgetsWhatWasAgreedInPlainText()
    {
        await using var server = await StartAsync(NbdTlsMode.Opportunistic);
        using var client = NbdTestClient.Greet(server);
        client.Agree(ReplyFormat.Structured);
        byte[] query = [.. NbdTestClient.Prefixed(TestServer.ExportName), 0, 0, 0, 1, .. NbdTestClient.Prefixed("base:allocation")];
        client.SendOption(NbdOption.SetMetaContext, query);
        Assert.Equal(OptionReplyType.MetaContext, client.ReadOptionReply().Type);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);

        client.StartTls(_certificates);
        client.SendOption(NbdOption.ListMetaContext, query);
        Assert.Equal(OptionReplyType.ErrorInvalid, client.ReadOptionReply().Type);
        client.Enter(ReplyFormat.Structured);

        client.Request(NbdCommand.BlockStatus, 0, 4096);
        (var head, var payload) = client.ReadChunk();
        Assert.Equal(ChunkType.Error, head.Type);
        Assert.Equal([0, 0, 0, 22], payload[..4]);
    }

    [Fact]
    public async Task StartTls_TwiceOrWithData_IsInvalid()
    {
        await using var server = await StartAsync(NbdTlsMode.Opportunistic);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.StartTls, [1]);
        Assert.Equal(OptionReplyType.ErrorInvalid, client.ReadOptionReply().Type);
        client.StartTls(_certificates);
        client.SendOption(NbdOption.StartTls, []);

        Assert.Equal(OptionReplyType.ErrorInvalid, client.ReadOptionReply().Type);
        client.Enter();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientAuthorities_DecideWhoMayComeIn(bool showsCertificate)
    {
        await using var server = await StartAsync(NbdTlsMode.Required, asksClients: true);
        using var client = NbdTestClient.Greet(server);

        // With TLS 1.3 a client learns of its refusal only when it reads.
        var refusal = Record.Exception(() =>
        {
            client.StartTls(_certificates, showsCertificate);
            client.Enter();
        });

        Assert.Equal(showsCertificate, refusal is null);
        if (!showsCertificate)
        {
            await server.Log.WaitForAsync("refused the TLS handshake failed", TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Client_ThatIsIdle_IsNotCutOff()
    {
        await using var server = await StartAsync(NbdTlsMode.Required, options: new NbdServerOptions { StallTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = NbdTestClient.Greet(server);
        client.StartTls(_certificates);
        client.Enter();

        await Task.Delay(700, TestContext.Current.CancellationToken);

        Assert.Equal(NbdError.None, client.Call(NbdCommand.Write, 0, 4, payload: [1, 2, 3, 4]));
    }

    [Fact]
    public async Task DropConnections_EndsTlsConnections()
    {
        await using var server = await StartAsync(NbdTlsMode.Required);
        using var client = NbdTestClient.Greet(server);
        client.StartTls(_certificates);
        client.Enter();

        Assert.Equal(1, await Task.Run(() => server.Server.DropConnections(TestServer.ExportName), TestContext.Current.CancellationToken));

        Assert.True(client.IsClosedByServer());
    }

    private Task<TestServer> StartAsync(NbdTlsMode mode, bool asksClients = false, NbdServerOptions? options = null) =>
        TestServer.StartAsync(_device, (options ?? new NbdServerOptions()) with { Tls = _certificates.Tls(mode, asksClients) });

    private static ulong ReadAcknowledgement(NbdTestClient client)
    {
        if (client.Format == ReplyFormat.Extended)
        {
            return client.ReadChunk() is { Head.Type: ChunkType.None } chunk ? chunk.Head.Cookie : 0;
        }

        return SimpleReply.TryRead(client.Receive(SimpleReply.Size), out var reply) && reply.Error == NbdError.None ? reply.Cookie : 0;
    }
}
