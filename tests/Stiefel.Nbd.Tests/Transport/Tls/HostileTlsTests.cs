using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Transport.Tls;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transport.Tls;

/// <summary>Attacks on the upgrade to TLS, by a man in the middle and by clients; another client must not be affected.</summary>
public sealed class HostileTlsTests : IDisposable
{
    private readonly MemoryDevice _device = new(1 << 20);
    private readonly TestCertificates _certificates = new();

    public void Dispose()
    {
        _device.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public async Task PlainText_SentTogetherWithStartTls_EndsTheConnection()
    {
        await using var server = await StartAsync();
        using var client = NbdTestClient.Greet(server);
        var injected = new byte[2 * OptionHeader.Size];
        new OptionHeader(NbdOption.StartTls, 0).Write(injected);
        new OptionHeader(NbdOption.StructuredReply, 0).Write(injected.AsSpan(OptionHeader.Size));

        client.Send(injected);

        // The server may see the plain text at once or read it as a broken TLS record, but it must never take it for an option.
        Assert.ThrowsAny<Exception>(() =>
        {
            Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
            client.ShakeHands(_certificates);
        });
        await server.Log.WaitForAsync("refused ", TestContext.Current.CancellationToken);
        await AssertServesOthersAsync(server);
    }

    [Fact]
    public async Task PlainText_AfterTheAcknowledgement_EndsTheConnection()
    {
        await using var server = await StartAsync();
        using var client = NbdTestClient.Greet(server);
        client.SendOption(NbdOption.StartTls, []);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);

        client.SendOption(NbdOption.Go, NbdTestClient.GoData(TestServer.ExportName));

        await server.Log.WaitForAsync("refused ", TestContext.Current.CancellationToken);
        Assert.Empty(server.Server.Connections);
        await AssertServesOthersAsync(server);
    }

    [Fact]
    public async Task PlainText_AmongTlsRecords_EndsTheConnection()
    {
        await using var server = await StartAsync();
        using var client = NbdTestClient.Greet(server);
        client.StartTls(_certificates);
        client.Enter();
        var request = new byte[NbdRequest.CompactSize];
        new NbdRequest(0, NbdCommand.WriteZeroes, 1, 0, 4096).Write(request, ReplyFormat.Simple);

        client.Socket.Send(request);

        await server.Log.WaitForAsync("closed disk Violation the client broke TLS", TestContext.Current.CancellationToken);
        Assert.Empty(_device.Calls);
    }

    [Fact]
    public async Task Handshake_ThatStalls_IsCutOffAtTheDeadline()
    {
        await using var server = await StartAsync(new NbdServerOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(600) });
        using var client = NbdTestClient.Greet(server);
        client.SendOption(NbdOption.StartTls, []);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);

        // Send the header of a 256-byte record, then a byte now and then.
        client.Socket.Send([22, 3, 1, 1, 0]);
        await DribbleUntilClosedAsync(client);

        await server.Log.WaitForAsync("refused", TestContext.Current.CancellationToken);
        await AssertServesOthersAsync(server);
    }

    [Fact]
    public async Task Handshake_AbandonedAtOnce_LeavesNothingBehind()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 50; i++)
        {
            using var client = NbdTestClient.Greet(server);
            client.SendOption(NbdOption.StartTls, []);
        }

        await AssertServesOthersAsync(server);
        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("refused unexpected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Client_ThatDoesNotReadItsReplies_IsCutOff()
    {
        await using var server = await StartAsync(new NbdServerOptions { StallTimeout = TimeSpan.FromMilliseconds(500) });
        using var client = NbdTestClient.Greet(server);
        client.StartTls(_certificates);
        client.Enter();

        // 100 MiB of replies exceed any socket buffer; the requests themselves fit.
        for (var i = 0; i < 100; i++)
        {
            client.Request(NbdCommand.Read, 0, 1 << 20);
        }

        await server.Log.WaitForAsync("closed disk Violation", TestContext.Current.CancellationToken);
        await AssertServesOthersAsync(server);
    }

    private static async Task DribbleUntilClosedAsync(NbdTestClient client)
    {
        for (var i = 0; i < 200; i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            try
            {
                client.Socket.Send([1]);
            }
            catch (System.Net.Sockets.SocketException)
            {
                return;
            }
        }

        Assert.Fail("the server waits for ever");
    }

    private async Task AssertServesOthersAsync(TestServer server)
    {
        await Task.Yield();
        using var other = NbdTestClient.Greet(server);
        other.StartTls(_certificates);
        other.Enter();
        Assert.Equal(NbdError.None, other.Call(NbdCommand.Flush, 0, 0));
    }

    private Task<TestServer> StartAsync(NbdServerOptions? options = null) =>
        TestServer.StartAsync(_device, (options ?? new NbdServerOptions()) with { Tls = _certificates.Tls(NbdTlsMode.Required) });
}
