using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Consoles;

/// <summary>Writes a console's lines to a file, each with the seconds since the run began, and flushes the file after each line.</summary>
public sealed class ConsoleLog : IDisposable
{
    private readonly StreamWriter _file;
    private readonly RunClock _clock;
    private bool _closed;

    public ConsoleLog(string path, RunClock clock)
    {
        _file = new StreamWriter(path, append: true) { AutoFlush = true };
        _clock = clock;
    }

    public void Write(string line)
    {
        lock (_file)
        {
            if (!_closed)
            {
                _file.WriteLine($"[{_clock.Seconds,9:0.000}] {line}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_file)
        {
            _closed = true;
            _file.Dispose();
        }
    }
}
