using System.IO.Pipelines;
using Stiefel.Protocol.Envelope;

namespace Stiefel.Protocol.Tests.Envelope;

internal static class Sealed
{
    public static async Task<byte[]> MakeAsync(byte[] key, byte[] plain, EnvelopeKind kind)
    {
        var stream = new MemoryStream();
        await using var writer = new EnvelopeWriter(PipeWriter.Create(stream), key, kind);
        await writer.WriteAsync(plain, TestContext.Current.CancellationToken);
        await writer.CompleteAsync(TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    /// <summary>Opens an envelope; returns all bytes that were read before it was refused, if it was.</summary>
    public static async Task<(byte[] Read, EnvelopeException? Refused)> OpenAsync(byte[] key, byte[] whole)
    {
        var token = TestContext.Current.CancellationToken;
        var read = new MemoryStream();
        try
        {
            await using var reader = await EnvelopeReader.OpenAsync(new PacketStream(whole, 50_000), key, token);
            await reader.CopyToAsync(read, token);
            return (read.ToArray(), null);
        }
        catch (EnvelopeException e)
        {
            return (read.ToArray(), e);
        }
    }
}

/// <summary>A stream that returns a few bytes at a time, as a network does.</summary>
internal sealed class PacketStream(byte[] bytes, int packet) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, packet)], token);
}

/// <summary>A stream that fails as a broken connection does.</summary>
internal sealed class BreakingStream(byte[] bytes, int breaksAt) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token = default) => Position >= breaksAt
        ? throw new IOException("connection reset")
        : base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, breaksAt - Position)], token);
}

internal sealed class FailingStream : MemoryStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken token = default) => throw new IOException("no space");
}
