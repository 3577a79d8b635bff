using Stiefel.Client.Failures;
using Stiefel.Protocol.Envelope;

namespace Stiefel.Client.Laptop;

/// <summary>A stream on which every read must return data in time, because TCP alone waits forever for a laptop that is gone.</summary>
internal sealed class StallGuard(Stream source, TimeSpan limit) : ReadOnlyStream
{
    private CancellationTokenSource _timer = new();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token = default)
    {
        if (!_timer.TryReset())
        {
            _timer.Dispose();
            _timer = new CancellationTokenSource();
        }

        _timer.CancelAfter(limit);
        await using var forward = token.UnsafeRegister(timer => ((CancellationTokenSource)timer!).Cancel(), _timer);
        try
        {
            return await source.ReadAsync(buffer, _timer.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new ServerException($"the laptop has sent nothing for {limit.TotalSeconds:0} s: is the cable in, and the laptop on?");
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
