using System.Diagnostics;

namespace Stiefel.CommandLine;

/// <summary>What is being done, one line as it begins, notes below it, and how long it took.</summary>
public sealed class StepLog(TextWriter output)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Time since the first step began.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Begins a step; disposing it ends it.</summary>
    public StepTime Begin(string what)
    {
        output.WriteLine($"‣ {what}");
        return new StepTime(this, _clock.Elapsed);
    }

    /// <summary>A line below the present step.</summary>
    public void Note(string text) => output.WriteLine($"    {text}");

    /// <summary>One step; its end prints the time it took.</summary>
    public readonly struct StepTime(StepLog log, TimeSpan begin) : IDisposable
    {
        public void Dispose() => log.Note($"{(log.Elapsed - begin).TotalSeconds:0.0} s");
    }
}
