using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>Reads that must wait for the disk: all that have arrived are fetched in parallel, and each gets the right answer.</summary>
public sealed class LookAheadTests
{
    private const int Block = 4096;

    [Fact]
    public async Task Reads_OfAColdDevice_AreAllFetchedBeforeTheFirstIsWaitedFor()
    {
        using var device = new MemoryDevice(1 << 20) { IsCold = true };
        await using var server = await TestServer.StartAsync(device);
        using var client = NbdTestClient.Open(server);

        client.Send(Requests(NbdCommand.Read, 8));
        for (ulong i = 0; i < 8; i++)
        {
            Assert.Equal(NbdError.None, client.ReadReply(i));
            client.Receive(Block);
        }

        string[] expected = [.. Enumerable.Range(1, 7).Select(i => $"prefetch {i * Block} {Block}"), .. Enumerable.Range(0, 8).Select(i => $"read {i * Block} {Block}")];
        Assert.Equal(expected, device.Calls);
    }

    [Fact]
    public async Task Reads_BehindAWritesPayload_AreSeen()
    {
        using var device = new MemoryDevice(1 << 20) { IsCold = true };
        await using var server = await TestServer.StartAsync(device);
        using var client = NbdTestClient.Open(server);

        client.Send([.. Request(NbdCommand.Read, 0, 0), .. Request(NbdCommand.Write, 1, 1), .. new byte[Block], .. Request(NbdCommand.Read, 2, 2)]);
        Assert.Equal(NbdError.None, client.ReadReply(0));
        client.Receive(Block);
        Assert.Equal(NbdError.None, client.ReadReply(1));
        Assert.Equal(NbdError.None, client.ReadReply(2));
        client.Receive(Block);

        Assert.Equal([$"prefetch {2 * Block} {Block}", $"read 0 {Block}", $"write {Block} {Block}", $"read {2 * Block} {Block}"], device.Calls);
    }

    [Fact]
    public async Task Reads_BeyondTheEnd_AreNeitherFetchedNorHarmful()
    {
        using var device = new MemoryDevice(1 << 20) { IsCold = true };
        await using var server = await TestServer.StartAsync(device);
        using var client = NbdTestClient.Open(server);

        client.Send([.. Request(NbdCommand.Read, 0, 0), .. Request(NbdCommand.Read, 1, 1 << 30), .. Request((NbdCommand)77, 2, 0)]);
        Assert.Equal(NbdError.None, client.ReadReply(0));
        client.Receive(Block);
        Assert.Equal(NbdError.Invalid, client.ReadReply(1));
        Assert.Equal(NbdError.Invalid, client.ReadReply(2));

        Assert.Equal([$"read 0 {Block}"], device.Calls);
    }

    [Fact]
    public async Task Replies_ToWhatIsDone_DoNotWaitForTheDisk()
    {
        using var device = new MemoryDevice(1 << 20) { IsCold = true };
        await using var server = await TestServer.StartAsync(device);
        using var client = NbdTestClient.Open(server);
        using var release = new ManualResetEventSlim();
        device.Before = name =>
        {
            if (name == "read")
            {
                release.Wait();
            }
        };

        client.Send([.. Request(NbdCommand.Write, 0, 0), .. new byte[Block], .. Request(NbdCommand.Read, 1, 1)]);
        var written = client.ReadReply(0);
        release.Set();

        Assert.Equal(NbdError.None, written);
        Assert.Equal(NbdError.None, client.ReadReply(1));
    }

    // Simulates a desktop that writes without a pause on a slow cable, whose kernel gives up a connection after five seconds without a reply.
    [Fact]
    public async Task Replies_WhileTheNextPayloadIsOnItsWay_AreSent()
    {
        using var device = new MemoryDevice(1 << 20);
        await using var server = await TestServer.StartAsync(device);
        using var client = NbdTestClient.Open(server);

        client.Send([.. Request(NbdCommand.Write, 0, 0), .. new byte[Block], .. Request(NbdCommand.Write, 1, 1), .. new byte[100]]);
        Assert.Equal(NbdError.None, client.ReadReply(0));
        client.Send([.. new byte[Block - 100], .. Request((NbdCommand)77, 2, 2), .. Request(NbdCommand.Write, 3, 3), .. new byte[1]]);
        Assert.Equal(NbdError.None, client.ReadReply(1));
        Assert.Equal(NbdError.Invalid, client.ReadReply(2));
        client.Send(new byte[Block - 1]);
        Assert.Equal(NbdError.None, client.ReadReply(3));
    }

    [Theory]
    [InlineData("trim")]
    [InlineData("zero")]
    [InlineData("flush")]
    public async Task Replies_ToWhatIsDone_DoNotWaitForWhatTakesLong(string slow)
    {
        using var device = new MemoryDevice(1 << 20);
        await using var server = await TestServer.StartAsync(device);
        using var client = NbdTestClient.Open(server);
        using var release = new ManualResetEventSlim();
        device.Before = name =>
        {
            if (name.StartsWith(slow, StringComparison.Ordinal))
            {
                release.Wait();
            }
        };

        var last = slow switch
        {
            "trim" => Request(NbdCommand.Trim, 1, 1),
            "zero" => Request(NbdCommand.WriteZeroes, 1, 1),
            _ => Request(NbdCommand.Flush, 1, 0, 0),
        };
        client.Send([.. Request(NbdCommand.Write, 0, 0), .. new byte[Block], .. last]);
        var written = client.ReadReply(0);
        Assert.False(release.IsSet);
        release.Set();

        Assert.Equal(NbdError.None, written);
        Assert.Equal(NbdError.None, client.ReadReply(1));
    }

    [Fact]
    public async Task Reads_OfAFileThatIsNotInMemory_BringItsBytes()
    {
        const int Blocks = 1024;
        using var file = TempFile.WithRandomBytes(Blocks * Block, 5);
        var expected = await File.ReadAllBytesAsync(file.Path, TestContext.Current.CancellationToken);
        await Tool.RunAsync("sync", file.Path);
        await Tool.RunAsync("dd", $"of={file.Path}", "oflag=nocache", "conv=notrunc,fdatasync", "count=0");
        await using var server = await TestServer.StartOnFileAsync(file.Path);
        using var client = NbdTestClient.Open(server);
        int[] order = [.. Enumerable.Range(0, Blocks)];
        new Random(6).Shuffle(order);

        foreach (var batch in order.Chunk(64))
        {
            client.Send([.. batch.SelectMany(block => Request(NbdCommand.Read, (ulong)block, block))]);
            foreach (var block in batch)
            {
                Assert.Equal(NbdError.None, client.ReadReply((ulong)block));
                Assert.True(expected.AsSpan(block * Block, Block).SequenceEqual(client.Receive(Block)));
            }
        }
    }

    private static byte[] Requests(NbdCommand command, int count) =>
        [.. Enumerable.Range(0, count).SelectMany(i => Request(command, (ulong)i, i))];

    private static byte[] Request(NbdCommand command, ulong cookie, long block, uint length = Block)
    {
        var request = new byte[NbdRequest.CompactSize];
        new NbdRequest(0, command, cookie, (ulong)(block * Block), length).Write(request, ReplyFormat.Simple);
        return request;
    }
}
