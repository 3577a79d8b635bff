using System.Text;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Phases;

/// <summary>The phases of all machines of a run, in order of time. Thread-safe.</summary>
public sealed class Timeline
{
    private readonly RunClock _clock;
    private readonly List<Phase> _phases = [];
    private readonly Lock _lock = new();

    public Timeline(RunClock clock) => _clock = clock;

    /// <summary>Called for each phase when it is reached.</summary>
    public event Action<Phase>? Reached;

    /// <summary>All phases so far.</summary>
    public IReadOnlyList<Phase> Phases
    {
        get
        {
            lock (_lock)
            {
                return [.. _phases];
            }
        }
    }

    /// <summary>Records that a machine has just reached a phase.</summary>
    public void Mark(string machine, string name)
    {
        Phase phase;
        lock (_lock)
        {
            var at = Math.Round(_clock.Seconds, 3);
            var before = _phases.FindLast(earlier => earlier.Machine == machine)?.At ?? at;
            phase = new Phase(machine, name, at, Math.Round(at - before, 3));
            _phases.Add(phase);
        }

        Reached?.Invoke(phase);
    }

    /// <summary>Returns a listener that marks a machine's phases; it takes the lines of its console, and whether each is complete.</summary>
    public Action<string, bool> Watch(string machine)
    {
        var marked = false;
        return (line, isComplete) =>
        {
            if (!marked && PhaseMarker.Find(line, isComplete) is { } name)
            {
                Mark(machine, name);
                marked = true;
            }

            marked &= !isComplete;
        };
    }

    /// <summary>Formats the phases as a table for people.</summary>
    public override string ToString() => Format(Phases);

    /// <inheritdoc cref="ToString()"/>
    public static string Format(IReadOnlyList<Phase> phases)
    {
        var machineWidth = Math.Max(7, phases.Select(phase => phase.Machine.Length).DefaultIfEmpty(0).Max());
        var table = new StringBuilder();
        table.Append($"{"at s",8}  {"took s",8}  {"machine".PadRight(machineWidth)}  phase\n");
        foreach (var phase in phases)
        {
            table.Append($"{phase.At,8:0.0}  {phase.Took,8:0.0}  {phase.Machine.PadRight(machineWidth)}  {phase.Name}\n");
        }

        return table.ToString();
    }
}
