using System.Diagnostics;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Stick;

/// <summary>Shows the progress of long work: one line that is overwritten on a terminal, or a line for each tenth elsewhere.</summary>
/// <param name="output">Receives the progress.</param>
/// <param name="isTerminal">True if a line can be overwritten there.</param>
internal sealed class WriteProgress(TextWriter output, bool isTerminal)
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _clock = new();
    private string _what = "";
    private long _total;
    private TimeSpan _shown;
    private long _tenth;

    /// <param name="what">The work's name, for example `write`.</param>
    /// <param name="total">The number of bytes of the whole work.</param>
    public void Begin(string what, long total)
    {
        (_what, _total, _shown, _tenth) = (what, total, TimeSpan.MinValue, 0);
        _clock.Restart();
    }

    /// <param name="done">The number of bytes done so far.</param>
    public void Report(long done)
    {
        if (isTerminal)
        {
            if (_clock.Elapsed - s_between > _shown)
            {
                _shown = _clock.Elapsed;
                output.Write($"\r    {Line(done)}\e[K");
                output.Flush();
            }
        }
        else if (done * 10 / _total > _tenth)
        {
            _tenth = done * 10 / _total;
            output.WriteLine($"    {Line(done)}");
        }
    }

    /// <summary>Ends the work.</summary>
    public void End()
    {
        var seconds = _clock.Elapsed.TotalSeconds;
        output.WriteLine($"{(isTerminal ? "\r" : "")}    {_what}: {DataSize.Megabytes(_total)} in {seconds:0.0} s, {_total / 1e6 / Math.Max(seconds, 0.001):0.0} MB/s{(isTerminal ? "\e[K" : "")}");
    }

    private string Line(long done)
    {
        var seconds = Math.Max(_clock.Elapsed.TotalSeconds, 0.001);
        var left = done > 0 ? (_total - done) / (done / seconds) : 0;
        return $"{_what}: {100 * done / _total} %, {DataSize.Megabytes(done)} of {DataSize.Megabytes(_total)}, {done / 1e6 / seconds:0.0} MB/s, {left:0} s left";
    }
}
