using Stiefel.Linux.Errors;

namespace Stiefel.Nbd.Devices;

/// <summary>
/// Remembers reads that failed after the disk had tried for a long time. By then the kernel's NBD client has given up the connection and
/// repeats the request on the next one, where the disk would try as long again, so the failure would never reach the client. A remembered
/// failure is reported at once. Thread-safe.
/// </summary>
internal sealed class SlowFailures(TimeProvider time)
{
    /// <summary>A failure that comes sooner than this is not remembered.</summary>
    internal static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    /// <summary>How long a failure is remembered; afterwards the disk is read again.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private const int MaxRanges = 64;

    private readonly Lock _lock = new();
    private readonly List<(long Offset, long End, LinuxException Failure, long At)> _ranges = [];
    private volatile bool _isEmpty = true;

    /// <summary>The current time, to measure how long a read takes.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>Records a failed read if it was slow.</summary>
    /// <param name="offset">Offset in bytes.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="failure">The error of the read.</param>
    /// <param name="started">The value of <see cref="Now"/> when the read began.</param>
    public void Add(long offset, long length, LinuxException failure, long started)
    {
        if (time.GetElapsedTime(started) < Slow)
        {
            return;
        }

        lock (_lock)
        {
            Forget(range => range.Offset == offset && range.End == offset + length);
            if (_ranges.Count == MaxRanges)
            {
                _ranges.RemoveAt(0);
            }

            _ranges.Add((offset, offset + length, failure, Now));
            _isEmpty = false;
        }
    }

    /// <summary>
    /// Returns the remembered failure of a range that lies wholly within this one, or null. A smaller range is read from the disk again, since
    /// part of a failed range may be readable.
    /// </summary>
    public LinuxException? Find(long offset, long length)
    {
        if (_isEmpty)
        {
            return null;
        }

        lock (_lock)
        {
            Forget(range => time.GetElapsedTime(range.At) > Memory);
            var at = _ranges.FindIndex(range => range.Offset >= offset && range.End <= offset + length);
            return at < 0 ? null : _ranges[at].Failure;
        }
    }

    /// <summary>Forgets failures in a range that was written: a disk replaces bad sectors on a write, so the range may be readable now.</summary>
    public void Written(long offset, long length)
    {
        if (!_isEmpty)
        {
            lock (_lock)
            {
                Forget(range => range.Offset < offset + length && range.End > offset);
            }
        }
    }

    private void Forget(Predicate<(long Offset, long End, LinuxException Failure, long At)> which)
    {
        _ranges.RemoveAll(which);
        _isEmpty = _ranges.Count == 0;
    }
}
