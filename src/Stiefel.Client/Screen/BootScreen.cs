using Stiefel.Protocol.Text;

namespace Stiefel.Client.Screen;

/// <summary>Shows the progress of a boot to the person, and to tests that read it: lines, phases, and at most one line that is redrawn. Thread-safe.</summary>
/// <param name="output">Standard output.</param>
/// <param name="canRedraw">True if the console can redraw a line; see <see cref="ConsoleKind"/>.</param>
/// <param name="clock">Measures the time since the start and the rates of transfers.</param>
/// <param name="columns">The console's width, at which lines are broken between words; null to leave them whole.</param>
internal sealed class BootScreen(TextWriter output, bool canRedraw, TimeProvider clock, int? columns = null)
{
    private readonly Lock _lock = new();
    private readonly long _began = clock.GetTimestamp();
    private int _redrawnLength;

    /// <summary>Writes a line, or several.</summary>
    public void Say(string line)
    {
        lock (_lock)
        {
            EraseRedrawn();
            // Some terminals begin a new row after the last column, so leave it free.
            foreach (var row in columns is { } width ? LineBreaks.In(line, width - 1) : [line])
            {
                output.WriteLine(row);
            }

            output.Flush();
        }
    }

    /// <summary>The stream on which typed text is echoed.</summary>
    public TextWriter Output => output;

    /// <summary>Erases the redrawn line, so that other code can write there.</summary>
    public void EndRedrawn()
    {
        lock (_lock)
        {
            EraseRedrawn();
            output.Flush();
        }
    }

    /// <summary>Writes `stiefel: phase NAME`, a fixed line for programs that follow the boot, then an explanation for the person with the time since the start.</summary>
    public void Phase(string name, string explanation)
    {
        lock (_lock)
        {
            Say($"stiefel: phase {name}");
            Say($"  {explanation} (after {clock.GetElapsedTime(_began).TotalSeconds:0.0} s)");
        }
    }

    /// <summary>Shows the payload kernel's arguments, and notes on those that were changed.</summary>
    public void Explain(string commandLine, IReadOnlyList<string> notes)
    {
        Say($"  kernel arguments: {PrintableText.Of(commandLine)}");
        foreach (var note in notes)
        {
            Say($"  note: {PrintableText.Of(note)}");
        }
    }

    /// <summary>Makes the display of one transfer.</summary>
    /// <param name="name">The name of what is transferred, as `initrd`.</param>
    /// <param name="total">The size in bytes; null if it is not known beforehand.</param>
    public TransferProgress Follow(string name, long? total) => new(this, clock, canRedraw, name, total);

    /// <summary>Replaces the redrawn line by this one.</summary>
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
