using System.Globalization;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>The memory that an additional connection needs.</summary>
[Collection(nameof(Alone))]
public sealed class GrowthTests
{
    private const int Connections = 128;
    private const int Payload = 2 << 20;

    // Includes the buffers of both ends, which are in one process; the goal for the server alone is 1 MiB.
    private const long MaxPerConnection = 1 << 20;

    [Fact]
    public async Task Connection_AfterLargeReadsAndWrites_CostsLessThanAMebibyte()
    {
        using var file = TempFile.WithRandomBytes(Payload, 1);
        await using var server = await TestServer.StartOnFileAsync(file.Path);
        var payload = new byte[Payload];
        using var first = NbdTestClient.Open(server);
        Exercise(first, payload);
        var before = ResidentBytes();

        var clients = new List<NbdTestClient>();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                var client = NbdTestClient.Open(server, i % 4 == 0 ? ReplyFormat.Structured : ReplyFormat.Simple);
                clients.Add(client);
                Exercise(client, payload);
            }

            Assert.Equal(Connections + 1, server.Server.Connections.Count);
            var perConnection = (ResidentBytes() - before) / Connections;
            Assert.True(perConnection < MaxPerConnection, $"{perConnection} bytes for each connection");
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static void Exercise(NbdTestClient client, byte[] payload)
    {
        var cookie = client.Request(NbdCommand.Write, 0, Payload, payload: payload);
        Assert.Equal(NbdError.None, client.ReadReply(cookie));
        client.Request(NbdCommand.Read, 0, Payload);
        if (client.Format == ReplyFormat.Simple)
        {
            Skip(client, SimpleReply.Size + Payload);
            return;
        }

        for (var isLast = false; !isLast;)
        {
            Assert.True(ChunkHeader.TryRead(client.Receive(ChunkHeader.StructuredSize), client.Format, out var head));
            Skip(client, (int)head.PayloadLength);
            isLast = head.IsLast;
        }
    }

    private static void Skip(NbdTestClient client, int length)
    {
        Span<byte> scratch = stackalloc byte[16384];
        while (length > 0)
        {
            length -= client.Socket.Receive(scratch[..Math.Min(length, scratch.Length)]);
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
        return 1024 * long.Parse(line["RssAnon:".Length..^2].Trim(), CultureInfo.InvariantCulture);
    }
}
