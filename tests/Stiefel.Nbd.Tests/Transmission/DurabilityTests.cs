using Stiefel.Linux.Errors;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>Acknowledgements keep their promise, and no failure is swallowed.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly MemoryDevice _device = new(2 << 20);

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(NbdCommand.Write, "write 0 4")]
    [InlineData(NbdCommand.WriteZeroes, "zero None 0 4")]
    [InlineData(NbdCommand.Trim, "trim 0 4")]
    public async Task Fua_FlushesAfterTheWriteAndBeforeTheReply(object command, string call)
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        using var release = new ManualResetEventSlim();
        _device.Before = name =>
        {
            if (name == "flush")
            {
                release.Wait();
            }
        };

        var cookie = client.Request((NbdCommand)command, 0, 4, NbdCommandFlags.Fua, (NbdCommand)command == NbdCommand.Write ? "abcd"u8 : default);
        var isAnsweredEarly = client.Socket.Poll(200_000, System.Net.Sockets.SelectMode.SelectRead);
        release.Set();

        Assert.False(isAnsweredEarly);
        Assert.Equal(NbdError.None, client.ReadReply(cookie));
        Assert.Equal([call, "flush 0 0"], _device.Calls);
    }

    [Fact]
    public async Task Flush_ThatIsSlow_DoesNotHoldBackEarlierReplies()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        using var release = new ManualResetEventSlim();
        _device.Before = name =>
        {
            if (name == "flush")
            {
                release.Wait();
            }
        };
        var both = new byte[2 * NbdRequest.CompactSize];
        new NbdRequest(0, NbdCommand.Read, 1, 0, 1).Write(both, ReplyFormat.Simple);
        new NbdRequest(0, NbdCommand.Flush, 2, 0, 0).Write(both.AsSpan(NbdRequest.CompactSize), ReplyFormat.Simple);

        client.Send(both);

        Assert.Equal(NbdError.None, client.ReadReply(1));
        client.Receive(1);
        release.Set();
        Assert.Equal(NbdError.None, client.ReadReply(2));
    }

    [Theory]
    [InlineData(Errno.ENOSPC, NbdError.NoSpace)]
    [InlineData(Errno.EDQUOT, NbdError.NoSpace)]
    [InlineData(Errno.EIO, NbdError.InputOutput)]
    [InlineData(Errno.EROFS, NbdError.NotPermitted)]
    [InlineData(Errno.EPROTO, NbdError.InputOutput)]
    public async Task Write_ThatFails_ReportsTheErrorAndStaysInStep(int errno, object error)
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { BufferSize = 64 * 1024 });
        using var client = NbdTestClient.Open(server);

        // One of several pieces fails. The rest must still be taken from the stream, and must not hide the failure.
        _device.Fault = (command, offset) => command == "write" && offset is >= 128 * 1024 and < 192 * 1024 ? errno : null;
        Assert.Equal((NbdError)error, client.Call(NbdCommand.Write, 0, 400_000, payload: new byte[400_000]));

        _device.Fault = (_, _) => null;
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Write, 0, 1, payload: [1]));
        await server.Log.WaitForAsync("failed disk Write of 400000 bytes at 0", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Fua_WhoseFlushFails_Fails()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        _device.Fault = (command, _) => command == "flush" ? Errno.EIO : null;

        Assert.Equal(NbdError.InputOutput, client.Call(NbdCommand.Write, 0, 1, NbdCommandFlags.Fua, [1]));
        Assert.Equal(NbdError.InputOutput, client.Call(NbdCommand.Flush, 0, 0));
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Write, 0, 1, payload: [1]));
    }

    [Fact]
    public async Task Read_ThatFailsBeyondTheFirstPiece_IsAnErrorAndNotACutConnection()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { BufferSize = 64 * 1024 });
        using var client = NbdTestClient.Open(server);
        _device.Fault = (command, offset) => command == "read" && offset >= 1 << 20 ? Errno.EIO : null;

        Assert.Equal(NbdError.InputOutput, client.Call(NbdCommand.Read, 0, (1 << 20) + 512));
        Assert.Equal(NbdError.InputOutput, client.Call(NbdCommand.Read, 1 << 20, 512));
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
    }

    [Fact]
    public async Task Read_ThatFailsAfterTheHeadOfItsReplyLeft_CutsTheConnection()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        var reads = 0;

        // Three pieces are read to check that they can be read, and one is sent.
        _device.Fault = (command, _) => command == "read" && ++reads == 5 ? Errno.EIO : null;

        var cookie = client.Request(NbdCommand.Read, 0, (1 << 20) + 8192);

        Assert.Equal(NbdError.None, client.ReadReply(cookie));
        Assert.Throws<EndOfStreamException>(() => client.Receive((1 << 20) + 8192));
        await server.Log.WaitForAsync("closed disk Dropped the device failed in the middle of a reply", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Read_StructuredThatFailsInTheMiddle_TellsWhereAndKeepsTheGoodPart()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { BufferSize = 64 * 1024 });
        using var client = NbdTestClient.Open(server, ReplyFormat.Structured);
        _device.Fault = (command, offset) => command == "read" && offset >= 128 * 1024 ? Errno.EIO : null;

        client.Request(NbdCommand.Read, 0, 200_000);

        Assert.False(client.ReadChunk().Head.IsLast);
        Assert.False(client.ReadChunk().Head.IsLast);
        (var head, var payload) = client.ReadChunk();
        Assert.Equal((true, ChunkType.ErrorOffset), (head.IsLast, head.Type));
        Assert.Equal("0000000000020000", Convert.ToHexString(payload[^8..]));
    }

    [Fact]
    public async Task Write_ThatTheDeviceDoesNotSupport_IsAnErrorOfTheDevice()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        _device.Fault = (_, _) => Errno.EOPNOTSUPP;

        Assert.Equal(NbdError.InputOutput, client.Call(NbdCommand.Write, 0, 1, payload: [1]));
        Assert.Equal(NbdError.InputOutput, client.Call(NbdCommand.WriteZeroes, 0, 1));
        await server.Log.WaitForAsync("failed disk WriteZeroes", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task FastZero_ThatWouldBeSlow_IsNotSupportedAndNoFailure()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        _device.Fault = (command, _) => command.Contains("OnlyIfFast", StringComparison.Ordinal) ? Errno.EOPNOTSUPP : null;

        Assert.Equal(NbdError.NotSupported, client.Call(NbdCommand.WriteZeroes, 0, 4096, NbdCommandFlags.FastZero));

        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("failed", StringComparison.Ordinal));
    }
}
