using System.Buffers.Binary;
using System.Text;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>Each command in each format gets the right answer.</summary>
public sealed class CommandTests : IDisposable
{
    private const int Size = 3 * 1024 * 1024;

    private readonly MemoryDevice _device = new(Size);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task ReadAndWrite_Simple_OfEverySizeAcrossTheBuffer_KeepTheBytes()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { BufferSize = 64 * 1024 });
        using var client = NbdTestClient.Open(server);
        var random = new Random(7);

        foreach (var length in new[] { 1, 511, 4096, 65535, 65536, 65537, 200_001, 2 * 1024 * 1024 })
        {
            var offset = (ulong)random.Next(0, Size - length + 1);
            var data = new byte[length];
            random.NextBytes(data);

            Assert.Equal(NbdError.None, client.Call(NbdCommand.Write, offset, (ulong)length, payload: data));
            Assert.Equal(NbdError.None, client.ReadReply(client.Request(NbdCommand.Read, offset, (ulong)length)));

            Assert.Equal(data, client.Receive(length));
            Assert.True(_device.Bytes.AsSpan((int)offset, length).SequenceEqual(data));
        }
    }

    [Fact]
    public async Task Write_LargerThanTheBuffer_IsCutAtPageBoundaries()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { BufferSize = 64 * 1024 });
        using var client = NbdTestClient.Open(server);

        Assert.Equal(NbdError.None, client.Call(NbdCommand.Write, 1000, 150_000, payload: new byte[150_000]));

        int[][] pieces = [.. _device.Calls.Select(call => call.Split(' ')[1..].Select(int.Parse).ToArray())];
        Assert.InRange(pieces.Length, 3, 10);
        Assert.Equal(1000, pieces[0][0]);
        Assert.All(pieces[1..], piece => Assert.Equal(0, piece[0] % 4096));
        Assert.Equal(151_000, pieces.Aggregate(1000, (end, piece) => piece[0] == end ? end + piece[1] : -1));
    }

    [Theory]
    [InlineData(ReplyFormat.Structured)]
    [InlineData(ReplyFormat.Extended)]
    public async Task Read_LargerThanTheBuffer_ComesInChunksThatAddUp(object format)
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { BufferSize = 64 * 1024 });
        using var client = NbdTestClient.Open(server, (ReplyFormat)format);
        new Random(3).NextBytes(_device.Bytes);

        var cookie = client.Request(NbdCommand.Read, 5, 200_000);

        var received = new byte[200_000];
        var chunks = 0;
        for (var isLast = false; !isLast; chunks++)
        {
            (var head, var payload) = client.ReadChunk();
            Assert.Equal((ChunkType.OffsetData, cookie), (head.Type, head.Cookie));
            var at = (int)BinaryPrimitives.ReadInt64BigEndian(payload) - 5;
            payload.AsSpan(8).CopyTo(received.AsSpan(at));
            isLast = head.IsLast;
        }

        Assert.Equal(4, chunks);
        Assert.True(_device.Bytes.AsSpan(5, 200_000).SequenceEqual(received));
    }

    [Fact]
    public async Task Read_WithDf_ComesInOneChunk()
    {
        await using var server = await TestServer.StartAsync(_device, new NbdServerOptions { BufferSize = 64 * 1024 });
        using var client = NbdTestClient.Open(server, ReplyFormat.Structured);
        new Random(3).NextBytes(_device.Bytes);

        client.Request(NbdCommand.Read, 0, 300_000, NbdCommandFlags.Df);
        (var head, var payload) = client.ReadChunk();

        Assert.True(head.IsLast);
        Assert.True(_device.Bytes.AsSpan(0, 300_000).SequenceEqual(payload.AsSpan(8)));
    }

    [Fact]
    public async Task Commands_WithoutData_ReachTheDevice()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);

        Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Trim, 4096, 8192));
        Assert.Equal(NbdError.None, client.Call(NbdCommand.WriteZeroes, 0, 512));
        Assert.Equal(NbdError.None, client.Call(NbdCommand.WriteZeroes, 0, 512, NbdCommandFlags.NoHole | NbdCommandFlags.FastZero));
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Cache, 100, 200));

        Assert.Equal(["flush 0 0", "trim 4096 8192", "zero None 0 512", "zero KeepAllocated, OnlyIfFast 0 512", "prefetch 100 200"], _device.Calls);
    }

    [Fact]
    public async Task Extended_RangesOfMoreThanFourGigabytes_AreDoneInAlignedSteps()
    {
        using var large = new LargeDevice(9L << 30);
        await using var server = await TestServer.StartAsync(large);
        using var client = NbdTestClient.Open(server, ReplyFormat.Extended, withContext: true);

        foreach (var command in new[] { NbdCommand.Trim, NbdCommand.WriteZeroes, NbdCommand.Cache })
        {
            client.Request(command, 4097, (9UL << 30) - 4097);
            Assert.Equal(ChunkType.None, client.ReadChunk().Head.Type);
            Assert.Equal((9L << 30) - 4097, large.Covered);
        }

        client.Request(NbdCommand.BlockStatus, 0, 9UL << 30);
        Assert.Equal("00000001" + "00000001" + "0000000240000000" + "0000000000000000", Convert.ToHexString(client.ReadChunk().Payload));
    }

    [Theory]
    [InlineData(ReplyFormat.Simple)]
    [InlineData(ReplyFormat.Structured)]
    [InlineData(ReplyFormat.Extended)]
    public async Task ZeroLength_OfEachCommand_SucceedsAndKeepsTheStreamInStep(object format)
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server, (ReplyFormat)format);

        foreach (var command in new[] { NbdCommand.Read, NbdCommand.Write, NbdCommand.Trim, NbdCommand.WriteZeroes, NbdCommand.Cache })
        {
            var cookie = client.Request(command, 4096, 0);
            var isChunk = (ReplyFormat)format == ReplyFormat.Extended || ((ReplyFormat)format == ReplyFormat.Structured && command == NbdCommand.Read);
            if (isChunk)
            {
                (var head, var payload) = client.ReadChunk();
                Assert.Equal((true, ChunkType.None, cookie, 0), (head.IsLast, head.Type, head.Cookie, payload.Length));
            }
            else
            {
                Assert.Equal(NbdError.None, client.ReadReply(cookie));
            }
        }

        Assert.DoesNotContain(_device.Calls, call => call.StartsWith("write", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BlockStatus_Structured_ListsExtents()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server, ReplyFormat.Structured, withContext: true);

        client.Request(NbdCommand.BlockStatus, 1000, 10_000);
        (var head, var payload) = client.ReadChunk();

        // context 1; 3096 data, 4096 hole and zero, 2808 data
        Assert.Equal((true, ChunkType.BlockStatus), (head.IsLast, head.Type));
        Assert.Equal("00000001" + "00000C1800000000" + "0000100000000003" + "00000AF800000000", Convert.ToHexString(payload));
    }

    [Fact]
    public async Task BlockStatus_ExtendedWithReqOne_ListsOneExtent()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server, ReplyFormat.Extended, withContext: true);

        client.Request(NbdCommand.BlockStatus, 4096, 100_000, NbdCommandFlags.ReqOne);
        (var head, var payload) = client.ReadChunk();

        Assert.Equal((true, ChunkType.BlockStatusExt, 4096UL), (head.IsLast, head.Type, head.Offset));
        Assert.Equal("00000001" + "00000001" + "0000000000001000" + "0000000000000003", Convert.ToHexString(payload));
    }

    [Fact]
    public async Task Requests_SentTogether_AreAnsweredTogetherAndInOrder()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        const int Count = 500;
        var batch = new byte[Count * NbdRequest.CompactSize];
        for (var i = 0; i < Count; i++)
        {
            _device.Bytes[i * 512] = (byte)i;
            new NbdRequest(0, NbdCommand.Read, (ulong)i, (ulong)i * 512, 1).Write(batch.AsSpan(i * NbdRequest.CompactSize), ReplyFormat.Simple);
        }

        client.Send(batch);

        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(NbdError.None, client.ReadReply((ulong)i));
            Assert.Equal((byte)i, client.Receive(1)[0]);
        }
    }

    [Fact]
    public async Task Disconnect_AfterWrites_AnswersThemAndCloses()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);

        var cookie = client.Request(NbdCommand.Write, 0, 3, payload: "abc"u8);
        client.Request(NbdCommand.Disconnect, 0, 0);

        Assert.Equal(NbdError.None, client.ReadReply(cookie));
        Assert.True(client.IsClosedByServer());
        Assert.Equal("abc", Encoding.ASCII.GetString(_device.Bytes, 0, 3));
        await server.Log.WaitForAsync("closed disk Disconnected", TestContext.Current.CancellationToken);
    }
}
