using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>Requests that must fail get the right error, nothing is touched, and the next request is understood.</summary>
public sealed class RefusalTests : IDisposable
{
    private const ulong Size = 1 << 20;

    private readonly MemoryDevice _device = new((int)Size);

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(NbdCommand.Read, Size, 1, NbdError.Invalid)]
    [InlineData(NbdCommand.Read, Size - 1, 2, NbdError.Invalid)]
    [InlineData(NbdCommand.Read, ulong.MaxValue, 1, NbdError.Invalid)]
    [InlineData(NbdCommand.Read, (1UL << 63) - 1, 2, NbdError.Invalid)]
    [InlineData(NbdCommand.Read, 1UL << 63, 4096, NbdError.Invalid)]
    [InlineData(NbdCommand.Read, 0, (32 << 20) + 1, NbdError.Invalid)]
    [InlineData(NbdCommand.Read, 0, uint.MaxValue, NbdError.Invalid)]
    [InlineData(NbdCommand.Trim, Size, 1, NbdError.Invalid)]
    [InlineData(NbdCommand.Trim, ulong.MaxValue - 4, uint.MaxValue, NbdError.Invalid)]
    [InlineData(NbdCommand.WriteZeroes, Size - 1, 2, NbdError.NoSpace)]
    [InlineData(NbdCommand.WriteZeroes, 1UL << 63, uint.MaxValue, NbdError.NoSpace)]
    [InlineData(NbdCommand.Cache, Size, 1, NbdError.Invalid)]
    [InlineData(NbdCommand.Flush, 0, 1, NbdError.Invalid)]
    [InlineData(NbdCommand.Flush, 1, 0, NbdError.Invalid)]
    [InlineData(NbdCommand.BlockStatus, 0, 4096, NbdError.Invalid)]
    [InlineData(NbdCommand.Resize, 0, 4096, NbdError.Invalid)]
    [InlineData((NbdCommand)77, 0, 4096, NbdError.Invalid)]
    public async Task Request_OutOfBounds_HasItsError(object command, ulong offset, ulong length, object error)
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);

        Assert.Equal((NbdError)error, client.Call((NbdCommand)command, offset, length));

        Assert.Empty(_device.Calls);
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Write, 0, 2, payload: [1, 2]));
    }

    [Theory]
    [InlineData(Size, 1)]
    [InlineData(Size - 1, 3)]
    [InlineData(ulong.MaxValue, 70_000)]
    [InlineData(1UL << 63, 4096)]
    [InlineData(Size, 0x1_0000)]
    public async Task Write_BeyondTheEnd_IsNoSpaceAndItsPayloadIsSkipped(ulong offset, int length)
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);

        Assert.Equal(NbdError.NoSpace, client.Call(NbdCommand.Write, offset, (ulong)length, payload: new byte[length]));

        Assert.Empty(_device.Calls);
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Write, 0, 2, payload: [1, 2]));
    }

    [Fact]
    public async Task Write_LargerThanThePayloadLimit_IsInvalidAndSkipped()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);
        const int Length = NbdLimits.MaxPayload + 1;

        Assert.Equal(NbdError.Invalid, client.Call(NbdCommand.Write, 0, Length, payload: new byte[Length]));

        Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
    }

    [Fact]
    public async Task Write_ThatAnnouncesFourGigabytes_EndsTheConnection()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);

        client.Request(NbdCommand.Write, 0, uint.MaxValue);

        Assert.True(client.IsClosedByServer());
        await server.Log.WaitForAsync("closed disk Violation", TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(NbdCommand.Read, NbdCommandFlags.NoHole)]
    [InlineData(NbdCommand.Read, NbdCommandFlags.Df)]
    [InlineData(NbdCommand.Trim, NbdCommandFlags.FastZero)]
    [InlineData(NbdCommand.Flush, NbdCommandFlags.ReqOne)]
    [InlineData(NbdCommand.WriteZeroes, NbdCommandFlags.PayloadLen)]
    [InlineData(NbdCommand.Cache, (NbdCommandFlags)0x8000)]
    public async Task Flag_ThatDoesNotFit_IsInvalid(object command, object flags)
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server);

        Assert.Equal(NbdError.Invalid, client.Call((NbdCommand)command, 0, 0, (NbdCommandFlags)flags));
    }

    [Fact]
    public async Task ReadOnlyExport_RefusesEveryKindOfWrite()
    {
        await using var server = await TestServer.StartAsync(_device, isReadOnly: true);
        using var client = NbdTestClient.Open(server);

        Assert.Equal(NbdError.NotPermitted, client.Call(NbdCommand.Write, 0, 4, payload: [1, 2, 3, 4]));
        Assert.Equal(NbdError.NotPermitted, client.Call(NbdCommand.Trim, 0, 4));
        Assert.Equal(NbdError.NotPermitted, client.Call(NbdCommand.WriteZeroes, 0, 4));
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));

        Assert.Equal(["flush 0 0"], _device.Calls);
    }

    [Fact]
    public async Task Read_Structured_RefusalIsAChunkWithAMessage()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server, ReplyFormat.Structured);

        var cookie = client.Request(NbdCommand.Read, Size, 1);
        (var head, var payload) = client.ReadChunk();

        Assert.Equal((true, ChunkType.Error, cookie), (head.IsLast, head.Type, head.Cookie));
        Assert.Equal([0, 0, 0, 22], payload[..4]);
        Assert.Contains("beyond the end", System.Text.Encoding.UTF8.GetString(payload, 6, payload.Length - 6), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_WithDfThatIsTooLarge_IsOverflow()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server, ReplyFormat.Structured);

        client.Request(NbdCommand.Read, 0, NbdLimits.MaxPayload + 1, NbdCommandFlags.Df);

        Assert.Equal([0, 0, 0, 75], client.ReadChunk().Payload[..4]);
    }

    [Fact]
    public async Task Extended_PayloadOnACommandWithoutOne_IsSkippedAndInvalid()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server, ReplyFormat.Extended);

        client.Request(NbdCommand.Read, 0, 5, NbdCommandFlags.PayloadLen, [1, 2, 3, 4, 5]);
        Assert.Equal([0, 0, 0, 22], client.ReadChunk().Payload[..4]);
        client.Request(NbdCommand.Write, 0, 2, NbdCommandFlags.PayloadLen, [8, 9]);

        Assert.Equal(ChunkType.None, client.ReadChunk().Head.Type);
        Assert.Equal([8, 9], _device.Bytes[..2]);
    }

    [Fact]
    public async Task Extended_TrimAcrossTwoToTheSixtyThree_IsInvalid()
    {
        await using var server = await TestServer.StartAsync(_device);
        using var client = NbdTestClient.Open(server, ReplyFormat.Extended);

        client.Request(NbdCommand.Trim, 1, (1UL << 63) + 5);
        Assert.Equal([0, 0, 0, 22], client.ReadChunk().Payload[..4]);
        client.Request(NbdCommand.Trim, ulong.MaxValue, ulong.MaxValue);
        Assert.Equal([0, 0, 0, 22], client.ReadChunk().Payload[..4]);

        Assert.Empty(_device.Calls);
    }
}
