using Stiefel.Linux.Kernel;

namespace Stiefel.Server.Grants;

/// <summary>
/// How long the desktop that was granted the disk has not been heard of. No time is so long that it is gone for sure: its kernel counts only while
/// requests wait, and one that slept, or was idle, comes back with what it has not written yet. Thread-safe.
/// </summary>
/// <param name="sinceBoot">A clock that goes on while this machine sleeps.</param>
public sealed class DesktopPresence(Func<TimeSpan> sinceBoot)
{
    /// <summary>From the grant to the first connection, the payload's kernel starts. A payload that takes longer has hardly started at all, which proves nothing.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private string _label = "";
    private TimeSpan _since;
    private bool _wasConnected;

    /// <summary>By this machine's clock.</summary>
    public DesktopPresence()
        : this(() => BootClock.Now)
    {
    }

    /// <summary>It never was connected: it has written nothing.</summary>
    public bool HasOnlyBegun
    {
        get
        {
            lock (_lock)
            {
                return !_wasConnected;
            }
        }
    }

    /// <summary>Somebody has the disk from now on.</summary>
    /// <param name="label">The export's.</param>
    /// <param name="wasConnected">True if a server before this one granted it.</param>
    public void Begin(string label, bool wasConnected)
    {
        lock (_lock)
        {
            (_label, _since, _wasConnected) = (label, sinceBoot(), wasConnected);
        }
    }

    /// <summary>Its connection is there.</summary>
    public void Opened(string label)
    {
        lock (_lock)
        {
            _wasConnected |= label == _label;
        }
    }

    /// <summary>Its connection is gone.</summary>
    public void Closed(string label)
    {
        lock (_lock)
        {
            _since = label == _label ? sinceBoot() : _since;
        }
    }

    /// <summary>What a desktop that is not connected may be doing, for people.</summary>
    public string Describe()
    {
        lock (_lock)
        {
            var time = InWords(sinceBoot() - _since);
            return _wasConnected ? $"has not been heard of for {time} and may go on when it is back" : $"has been starting for {time}";
        }
    }

    private static string InWords(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s"
        : $"{time.Seconds} s";
}
