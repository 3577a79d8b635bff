using Stiefel.Linux.Kernel;

namespace Stiefel.Server.Grants;

/// <summary>
/// How long the desktop that was granted the disk has been silent. No length of silence proves that it is gone: its kernel's timeout runs only while
/// requests are pending, and a desktop that slept or was idle comes back with data that it has not written yet. Thread-safe.
/// </summary>
/// <param name="sinceBoot">A clock that keeps running while this machine sleeps.</param>
public sealed class DesktopPresence(Func<TimeSpan> sinceBoot)
{
    /// <summary>How long the payload's kernel may take from the grant to its first connection. A longer silence suggests that it never started, but does not prove it.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private string _label = "";
    private TimeSpan _since;
    private bool _wasConnected;

    /// <summary>Measures time with this machine's clock, which includes sleep.</summary>
    public DesktopPresence()
        : this(() => BootClock.Now)
    {
    }

    /// <summary>True if the desktop has never been connected and so has written nothing.</summary>
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

    /// <summary>Starts watching a desktop that has just been given the disk.</summary>
    /// <param name="label">The export's label.</param>
    /// <param name="wasConnected">True if a server before this one granted it.</param>
    public void Begin(string label, bool wasConnected)
    {
        lock (_lock)
        {
            (_label, _since, _wasConnected) = (label, sinceBoot(), wasConnected);
        }
    }

    /// <summary>The desktop's connection was opened.</summary>
    public void Opened(string label)
    {
        lock (_lock)
        {
            _wasConnected |= label == _label;
        }
    }

    /// <summary>The desktop's connection was closed.</summary>
    public void Closed(string label)
    {
        lock (_lock)
        {
            _since = label == _label ? sinceBoot() : _since;
        }
    }

    /// <summary>Says what a desktop that is not connected may be doing, as part of a message.</summary>
    public string Describe()
    {
        lock (_lock)
        {
            var time = InWords(sinceBoot() - _since);
            return _wasConnected ? $"has been silent for {time} and may continue when it comes back" : $"has been starting for {time}";
        }
    }

    private static string InWords(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s"
        : $"{time.Seconds} s";
}
