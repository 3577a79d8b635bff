using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>Reads that are larger than the buffers.</summary>
public sealed class LargeReadTests
{
    private const int Size = (5 << 20) + 777;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task LargeReads_OfAnyPlaceAndLength_BringTheBytes(int format)
    {
        using var file = TempFile.WithRandomBytes(Size, 1);
        var expected = await File.ReadAllBytesAsync(file.Path, TestContext.Current.CancellationToken);
        await using var server = await TestServer.StartOnFileAsync(file.Path);
        using var client = NbdTestClient.Open(server, (ReplyFormat)format);

        foreach ((var offset, var length) in ((int, int)[])[(0, 64 << 10), (0, 1 << 20), (4095, 1 << 20), (1, 65537), (100, Size - 100), (Size - 70_001, 70_001), (8192, (1 << 20) - 1)])
        {
            client.Request(NbdCommand.Read, (ulong)offset, (ulong)length);
            Assert.True(expected.AsSpan(offset, length).SequenceEqual(ReadData(client, offset, length)), $"{length} bytes at {offset}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task FileThatWasCutShort_IsAnErrorAndTheConnectionGoesOn(int format)
    {
        using var file = TempFile.WithRandomBytes(1 << 20, 2);
        await using var server = await TestServer.StartOnFileAsync(file.Path);
        using var client = NbdTestClient.Open(server, (ReplyFormat)format);
        client.Request(NbdCommand.Read, 0, 256 << 10);
        ReadData(client, 0, 256 << 10);
        using (var stream = File.OpenWrite(file.Path))
        {
            stream.SetLength(100_000);
        }

        var cookie = client.Request(NbdCommand.Read, 0, 256 << 10);
        if (format == 0)
        {
            Assert.Equal(NbdError.InputOutput, client.ReadReply(cookie));
        }
        else
        {
            Assert.Equal(ChunkType.ErrorOffset, client.ReadChunk().Head.Type);
        }

        client.Request(NbdCommand.Read, 0, 90_000);
        Assert.Equal(90_000, ReadData(client, 0, 90_000).Length);
        await server.Log.WaitForAsync("failed disk Read", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Client_OfAFileThatDoesNotRead_IsCutOff()
    {
        using var file = TempFile.WithRandomBytes(1 << 20, 3);
        await using var server = await TestServer.StartOnFileAsync(file.Path, options: new NbdServerOptions { StallTimeout = TimeSpan.FromMilliseconds(500) });
        using var deaf = NbdTestClient.Open(server);
        using var other = NbdTestClient.Open(server);
        for (var i = 0; i < 100; i++)
        {
            deaf.Request(NbdCommand.Read, 0, 1 << 20);
        }

        Assert.Equal(NbdError.None, other.Call(NbdCommand.Write, 0, 1, payload: [1]));
        await server.Log.WaitForAsync("closed disk Violation", TestContext.Current.CancellationToken);
        Assert.Equal(NbdError.None, other.Call(NbdCommand.Write, 0, 1, payload: [1]));
    }

    [Fact]
    public async Task Fence_WhileRepliesWaitForTheClient_EndsTheConnection()
    {
        using var file = TempFile.WithRandomBytes(1 << 20, 4);
        await using var server = await TestServer.StartOnFileAsync(file.Path);
        using var deaf = NbdTestClient.Open(server);
        for (var i = 0; i < 100; i++)
        {
            deaf.Request(NbdCommand.Read, 0, 1 << 20);
        }

        Assert.Equal(1, await Task.Run(() => server.Server.DropConnections(TestServer.ExportName), TestContext.Current.CancellationToken));
        Assert.Empty(server.Server.Connections);
    }

    private static byte[] ReadData(NbdTestClient client, int offset, int length)
    {
        if (client.Format == ReplyFormat.Simple)
        {
            Assert.True(SimpleReply.TryRead(client.Receive(SimpleReply.Size), out var reply));
            Assert.Equal(NbdError.None, reply.Error);
            return client.Receive(length);
        }

        var data = new List<byte>();
        var isLast = false;
        while (!isLast)
        {
            (var head, var payload) = client.ReadChunk();
            Assert.Equal(ChunkType.OffsetData, head.Type);
            Assert.Equal(offset + data.Count, System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(payload));
            data.AddRange(payload.AsSpan(8));
            isLast = head.IsLast;
        }

        Assert.Equal(length, data.Count);
        return [.. data];
    }
}
