using Stiefel.Protocol.Text;

namespace Stiefel.Client.Screen;

/// <summary>All that the person sees, and the harness reads: lines, phases, and at most one line that is being redrawn. Thread-safe.</summary>
/// <param name="output">Standard output.</param>
/// <param name="canRedraw">See <see cref="ConsoleKind"/>.</param>
/// <param name="clock">For rates.</param>
internal sealed class BootScreen(TextWriter output, bool canRedraw, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly long _began = clock.GetTimestamp();
    private int _redrawnLength;

    /// <summary>One line.</summary>
    public void Say(string line)
    {
        lock (_lock)
        {
            EraseRedrawn();
            output.WriteLine(line);
            output.Flush();
        }
    }

    /// <summary>Where the echo of what is typed goes.</summary>
    public TextWriter Output => output;

    /// <summary>Leaves the line free for somebody else.</summary>
    public void EndRedrawn()
    {
        lock (_lock)
        {
            EraseRedrawn();
            output.Flush();
        }
    }

    /// <summary>`stiefel: phase NAME`: the fixed words by which a boot is followed from outside, then what a person may want to know, and how long after the start that is.</summary>
    public void Phase(string name, string explanation)
    {
        lock (_lock)
        {
            Say($"stiefel: phase {name}");
            Say($"  {explanation} (after {clock.GetElapsedTime(_began).TotalSeconds:0.0} s)");
        }
    }

    /// <summary>What the payload kernel is told, and what was changed in it.</summary>
    public void Explain(string commandLine, IReadOnlyList<string> notes)
    {
        Say($"  kernel arguments: {PrintableText.Of(commandLine)}");
        foreach (var note in notes)
        {
            Say($"  note: {PrintableText.Of(note)}");
        }
    }

    /// <summary>A display of one transfer.</summary>
    /// <param name="name">What is transferred.</param>
    /// <param name="total">Bytes, or null if not known before.</param>
    public TransferProgress Follow(string name, long? total) => new(this, clock, canRedraw, name, total);

    /// <summary>Puts this in place of what was redrawn last.</summary>
    internal void Redraw(string line)
    {
        lock (_lock)
        {
            output.Write('\r' + line.PadRight(_redrawnLength));
            output.Flush();
            _redrawnLength = line.Length;
        }
    }

    private void EraseRedrawn()
    {
        if (_redrawnLength > 0)
        {
            output.Write('\r' + new string(' ', _redrawnLength) + '\r');
            _redrawnLength = 0;
        }
    }
}
