using Stiefel.CommandLine;

namespace Stiefel.Client.Screen;

/// <summary>
/// Shows the progress of one transfer. A screen's line is redrawn five times a second. Elsewhere a line is written after 2 s, then each time another
/// tenth has arrived but not more often than every 2 s, and at least every 10 s. One line is always written at the end.
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

    /// <summary>The name of what is transferred.</summary>
    public string Name => name;

    /// <summary>Counts bytes that have arrived, and shows them if it is time to.</summary>
    public void Advance(int bytes)
    {
        if (_bytes == 0)
        {
            // Start measuring at the first byte, because the laptop may take long to prepare its answer.
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

    /// <summary>Reports that everything has arrived and is verified.</summary>
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
