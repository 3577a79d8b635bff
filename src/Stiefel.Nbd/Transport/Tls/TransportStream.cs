using System.Diagnostics;

namespace Stiefel.Nbd.Transport.Tls;

/// <summary>
/// Presents a transport as the stream that the platform's TLS needs. One receive or send through TLS may take several on
/// the transport; together they must finish within the time allowed for the one.
/// </summary>
internal sealed class TransportStream(NbdTransport transport) : Stream
{
    private TimeSpan _allowed;
    private TimeSpan _armed;
    private long _start;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Starts a time limit for everything up to the next call of this method.</summary>
    public void Begin(TimeSpan allowed)
    {
        _allowed = allowed;
        _start = Stopwatch.GetTimestamp();
        Arm(allowed);
    }

    public override int Read(Span<byte> buffer)
    {
        ShortenTimeout();
        return transport.Receive(buffer);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ShortenTimeout();
        transport.Send(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // These block, as the transport does: the connection has its own thread.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token = default) => ValueTask.FromResult(Read(buffer.Span));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken token = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken token) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // Setting the timeout costs system calls, so do it only after a quarter of the time; up to a quarter more than allowed does no harm.
    private void ShortenTimeout()
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed >= _allowed)
        {
            throw new TimeoutException("the client is too slow for TLS");
        }

        if (elapsed > _allowed / 4)
        {
            Arm(_allowed - elapsed);
        }
    }

    private void Arm(TimeSpan timeout)
    {
        if (_armed != timeout)
        {
            transport.Timeout = timeout;
            _armed = timeout;
        }
    }
}
