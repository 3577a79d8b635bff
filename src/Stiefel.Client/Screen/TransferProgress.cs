using Stiefel.CommandLine;

namespace Stiefel.Client.Screen;

/// <summary>
/// How far one transfer is. Redrawn five times a second on a screen; elsewhere a line after 2 s and then whenever 2 s and another tenth
/// have passed, or 10 s; always one line at the end.
/// </summary>
internal sealed class TransferProgress(BootScreen screen, TimeProvider clock, bool canRedraw, string name, long? total)
{
    private static readonly TimeSpan s_redrawInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_lineInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_slowestLineInterval = TimeSpan.FromSeconds(10);
    private const double LineShare = 0.1;

    private long _started;
    private long _bytes;
    private long _shownAt;
    private long _shownBytes;

    /// <summary>What is transferred.</summary>
    public string Name => name;

    /// <summary>More has arrived.</summary>
    public void Advance(int bytes)
    {
        if (_bytes == 0)
        {
            // The laptop may have been preparing its answer until now; that is no part of the rate.
            _started = _shownAt = clock.GetTimestamp();
        }

        _bytes += bytes;
        var sinceShown = clock.GetElapsedTime(_shownAt);
        if (!IsTimeToShow(sinceShown))
        {
            return;
        }

        var line = Describe((_bytes - _shownBytes) / sinceShown.TotalSeconds);
        if (canRedraw)
        {
            screen.Redraw(line);
        }
        else
        {
            screen.Say(line);
        }

        _shownAt = clock.GetTimestamp();
        _shownBytes = _bytes;
    }

    /// <summary>All has arrived and is verified.</summary>
    public void Finish()
    {
        var seconds = _bytes == 0 ? 0 : clock.GetElapsedTime(_started).TotalSeconds;
        screen.Say($"  {name}: {DataSize.Megabytes(_bytes)} in {seconds:0.0} s, {DataSize.Megabytes(Rate(_bytes, seconds))}/s, verified");
    }

    private bool IsTimeToShow(TimeSpan sinceShown) => canRedraw
        ? sinceShown >= s_redrawInterval
        : sinceShown >= s_slowestLineInterval
            || (sinceShown >= s_lineInterval && (total is null || _shownBytes == 0 || _bytes - _shownBytes >= LineShare * total));

    // `  initrd  34 %  13.2 of 38.9 MB  11.2 MB/s  ETA 2 s`
    private string Describe(double bytesPerSecond) => total is { } whole
        ? $"  {name} {100 * _bytes / whole,3} %  {_bytes / 1e6:0.0} of {DataSize.Megabytes(whole)}  {bytesPerSecond / 1e6:0.0} MB/s  ETA {Remaining((whole - _bytes) / Math.Max(bytesPerSecond, 1))}"
        : $"  {name} {DataSize.Megabytes(_bytes)}  {bytesPerSecond / 1e6:0.0} MB/s";

    private static string Remaining(double seconds) => seconds < 120 ? $"{seconds:0} s" : $"{seconds / 60:0} min";

    private static long Rate(long bytes, double seconds) => (long)(bytes / Math.Max(seconds, 0.001));
}
