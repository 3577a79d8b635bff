using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Negotiation;

/// <summary>The server's answers to a well-behaved client, byte for byte where it matters.</summary>
public sealed class HandshakeTests : IDisposable
{
    private readonly MemoryDevice _device = new(1 << 20);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task Greeting_IsFixedNewstyle()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = new NbdTestClient(server.Connect());

        Assert.Equal([.. "NBDMAGIC"u8, .. "IHAVEOPT"u8, 0, 3], client.Receive(18));
    }

    [Theory]
    [InlineData(3u, 10)]
    [InlineData(1u, 134)]
    [InlineData(0u, 134)]
    public async Task ExportName_WithAndWithoutNoZeroes_HasItsLength(uint clientFlags, int length)
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = new NbdTestClient(server.Connect());
        client.Receive(18);
        client.Send([0, 0, 0, (byte)clientFlags]);

        client.SendOption(NbdOption.ExportName, "disk"u8);
        var reply = client.Receive(length);

        // 1 MiB; HAS_FLAGS, FLUSH, FUA, TRIM, WRITE_ZEROES, MULTI_CONN, CACHE, FAST_ZERO
        Assert.Equal("0000000000100000" + "0d6d", Convert.ToHexString(reply[..10]), ignoreCase: true);
        Assert.All(reply[10..], b => Assert.Equal(0, b));
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
    }

    [Fact]
    public async Task ExportName_OfNoExport_Closes()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.ExportName, "other"u8);

        Assert.True(client.IsClosedByServer());
    }

    [Fact]
    public async Task Go_WithAllInformation_AnswersEach()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.Go, NbdTestClient.GoData("disk", 1, 2, 3, 77));

        Assert.Equal("0000" + "0000000000100000" + "0D6D", Hex(client.ReadOptionReply().Data));
        Assert.Equal("0003" + "00000001" + "00001000" + "02000000", Hex(client.ReadOptionReply().Data));
        Assert.Equal([0, 1, .. "disk"u8], client.ReadOptionReply().Data);
        Assert.Equal([0, 2, .. "a disk for tests"u8], client.ReadOptionReply().Data);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task Go_ExportOfOneConnection_OffersNoZeroes()
    {
        await using var server = await TestServer.StartAsync(_device, sharing: ExportSharing.NewestConnectionOnly);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.Go, NbdTestClient.GoData("disk", 1));

        // Without WRITE_ZEROES, FAST_ZERO and MULTI_CONN.
        Assert.Equal("0000" + "0000000000100000" + "042D", Hex(client.ReadOptionReply().Data));
    }

    [Fact]
    public async Task Go_UnknownExport_IsRefusedAndMayTryAgain()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.Go, NbdTestClient.GoData("wrong"));
        Assert.Equal(OptionReplyType.ErrorUnknown, client.ReadOptionReply().Type);
        client.SendOption(NbdOption.Go, NbdTestClient.GoData("disk"));

        Assert.Equal(OptionReplyType.Info, client.ReadOptionReply().Type);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task Export_ThatCannotBeHadJustNow_IsNotCalledUnknown()
    {
        await using var server = await TestServer.StartAsync(_device);
        server.Resolver.IsKeptBack = true;
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.Go, NbdTestClient.GoData("disk"));
        Assert.Equal(OptionReplyType.ErrorPolicy, client.ReadOptionReply().Type);
        client.SendOption(NbdOption.Info, NbdTestClient.GoData("disk"));
        Assert.Equal(OptionReplyType.ErrorPolicy, client.ReadOptionReply().Type);
        client.SendOption(NbdOption.Go, NbdTestClient.GoData("wrong"));
        Assert.Equal(OptionReplyType.ErrorUnknown, client.ReadOptionReply().Type);
        server.Resolver.IsKeptBack = false;
        client.SendOption(NbdOption.Go, NbdTestClient.GoData("disk"));
        Assert.Equal(OptionReplyType.Info, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task ExportName_OfAnExportThatCannotBeHadJustNow_Closes()
    {
        await using var server = await TestServer.StartAsync(_device);
        server.Resolver.IsKeptBack = true;
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.ExportName, "disk"u8);

        Assert.True(client.IsClosedByServer());
    }

    [Fact]
    public async Task Info_DoesNotEnterTransmission()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.Info, NbdTestClient.GoData("disk"));
        Assert.Equal(OptionReplyType.Info, client.ReadOptionReply().Type);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
        client.SendOption(NbdOption.Abort, []);

        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
        Assert.True(client.IsClosedByServer());
        Assert.Empty(server.Server.Connections);
    }

    [Theory]
    [InlineData(NbdOption.PeekExport)]
    [InlineData(NbdOption.StartTls)]
    [InlineData((NbdOption)12)]
    [InlineData((NbdOption)0xffffffff)]
    public async Task Option_Unknown_IsUnsupported(object option)
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);

        client.SendOption((NbdOption)option, [1, 2, 3]);
        Assert.Equal(OptionReplyType.ErrorUnsupported, client.ReadOptionReply().Type);
        client.SendOption(NbdOption.List, []);

        Assert.Equal(OptionReplyType.Server, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task MetaContext_ListAndSet_KnowBaseAllocation()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);
        byte[] all = [.. NbdTestClient.Prefixed("disk"), 0, 0, 0, 0];
        byte[] wildcard = [.. NbdTestClient.Prefixed("disk"), 0, 0, 0, 1, .. NbdTestClient.Prefixed("base:")];

        client.SendOption(NbdOption.ListMetaContext, all);
        Assert.Equal(OptionReplyType.ErrorInvalid, client.ReadOptionReply().Type);
        client.Agree(ReplyFormat.Structured);
        client.SendOption(NbdOption.ListMetaContext, all);
        Assert.Equal([0, 0, 0, 0, .. "base:allocation"u8], client.ReadOptionReply().Data);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
        client.SendOption(NbdOption.ListMetaContext, wildcard);
        Assert.Equal(OptionReplyType.MetaContext, client.ReadOptionReply().Type);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
        client.SendOption(NbdOption.SetMetaContext, wildcard);
        Assert.Equal(OptionReplyType.Ack, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task StructuredReply_AfterExtendedHeaders_IsRefused()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);
        client.Agree(ReplyFormat.Extended);

        client.SendOption(NbdOption.StructuredReply, []);

        Assert.Equal(OptionReplyType.ErrorExtendedHeadersRequired, client.ReadOptionReply().Type);
    }

    [Fact]
    public async Task ExportName_AfterExtendedHeaders_EndsTheConnection()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Greet(server);
        client.Agree(ReplyFormat.Extended);

        client.SendOption(NbdOption.ExportName, "disk"u8);

        Assert.True(client.IsClosedByServer());
    }

    [Fact]
    public async Task List_OfAHiddenExport_ShowsNothing()
    {
        await using var server = await TestServer.StartAsync(_device, isListed: false);
        using var client = NbdTestClient.Greet(server);

        client.SendOption(NbdOption.List, []);

        Assert.Equal((NbdOption.List, OptionReplyType.Ack), (NbdOption.List, client.ReadOptionReply().Type));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);
}
