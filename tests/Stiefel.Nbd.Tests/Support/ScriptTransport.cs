using Stiefel.Nbd.Transport;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>A client that sends given bytes, in uneven portions, and accepts every reply.</summary>
internal class ScriptTransport(byte[] input, int portion) : NbdTransport
{
    private int _position;

    /// <summary>Largest number of reply bytes; more means that the server replies without end.</summary>
    private const long MaxOutput = 256L << 20;

    public long BytesSent { get; private set; }

    public MemoryStream? Output { get; init; }

    public override TimeSpan Timeout
    {
        set => ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
    }

    public override bool HasUnread => _position < input.Length;

    public override int Receive(Span<byte> buffer)
    {
        var count = Math.Min(Math.Min(buffer.Length, portion), input.Length - _position);
        input.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int ReceiveArrived(Span<byte> buffer) => Receive(buffer);

    public override void Send(ReadOnlySpan<byte> data)
    {
        Output?.Write(data);
        BytesSent += data.Length;
        if (BytesSent > MaxOutput)
        {
            throw new InvalidOperationException($"{BytesSent} bytes of replies to {input.Length} bytes of requests");
        }
    }

    public override void Interrupt()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}

/// <summary>A client like that whose bytes never arrive before the server waits for them.</summary>
internal sealed class SlowTransport(byte[] input, int portion) : ScriptTransport(input, portion)
{
    public override int ReceiveArrived(Span<byte> buffer) => 0;
}
