using Stiefel.Linux.Errors;

namespace Stiefel.Nbd.Devices;

/// <summary>
/// Reads that failed after the disk had tried for long. By then the kernel's client has given the connection up and asks again on the next one,
/// for which the disk would try as long again: the failure would never reach anybody. So it is remembered for a while, and told at once.
/// Thread-safe.
/// </summary>
internal sealed class SlowFailures(TimeProvider time)
{
    /// <summary>A failure that comes sooner is not slow, and is not remembered.</summary>
    internal static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    /// <summary>From the failure on; then the disk is asked again.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private const int MaxRanges = 64;

    private readonly Lock _lock = new();
    private readonly List<(long Offset, long End, LinuxException Failure, long At)> _ranges = [];
    private volatile bool _isEmpty = true;

    /// <summary>For the time that a read takes.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>A read failed.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="failure">How.</param>
    /// <param name="started"><see cref="Now"/> when it began.</param>
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
    /// The failure of a read, if that of all of this range includes one that failed. A part of that may well be readable: who asks for less asks the disk.
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

    /// <summary>What is written anew can be read, as far as anybody knows: disks exchange a bad sector then.</summary>
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
