using System.Diagnostics;

namespace Stiefel.CommandLine;

/// <summary>Prints the progress of a command: a line when a step begins, notes below it, and the time that the step took.</summary>
public sealed class StepLog(TextWriter output)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Time since the first step began.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Begins a step, which ends when the result is disposed.</summary>
    public StepTime Begin(string what)
    {
        output.WriteLine($"‣ {what}");
        return new StepTime(this, _clock.Elapsed);
    }

    /// <summary>Prints a line below the current step.</summary>
    public void Note(string text) => output.WriteLine($"    {text}");

    /// <summary>One step; its disposal prints the time it took.</summary>
    public readonly struct StepTime(StepLog log, TimeSpan begin) : IDisposable
    {
        public void Dispose() => log.Note($"{(log.Elapsed - begin).TotalSeconds:0.0} s");
    }
}
