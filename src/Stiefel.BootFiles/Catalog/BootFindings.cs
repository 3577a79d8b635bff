namespace Stiefel.BootFiles.Catalog;

/// <summary>
/// Collects what a search comes across besides the entry it takes. Every reader writes here. The texts come from a foreign disk, so they are made
/// printable and cut to length, and their number is limited.
/// </summary>
internal sealed class BootFindings
{
    private const int MaxOfEach = 64;
    private const int MaxLineLength = 300;

    private readonly List<PassedOver> _passedOver = [];
    private readonly List<string> _otherSystems = [];
    private readonly List<string> _notes = [];

    public IReadOnlyList<PassedOver> PassedOver => _passedOver;

    /// <summary>Reports an entry that is not booted, and why.</summary>
    public void PassOver(string source, string entry, string reason) => Add(_passedOver, new PassedOver(Clean(source), Clean(entry), Clean(reason)));

    /// <summary>Reports a whole file or device that holds nothing usable, and why.</summary>
    public void PassOver(string source, string reason) => PassOver(source, "", reason);

    /// <summary>Reports something bootable that is not the laptop's Linux.</summary>
    /// <param name="name">`Windows`, `rEFInd`, `memory test`.</param>
    /// <param name="where">The program's file, or the entry that names it.</param>
    public void FoundSystem(string name, string where) => Add(_otherSystems, Clean($"{name} ({where})"));

    /// <summary>Reports something that a person may want to know about the entry that is booted.</summary>
    public void Note(string line) => Add(_notes, Clean(line));

    /// <summary>Returns everything that was collected.</summary>
    /// <param name="decided">See <see cref="BootReport.Decided"/>.</param>
    public BootReport ToReport(string decided = "")
        => new() { Decided = Clean(decided), PassedOver = [.. _passedOver], OtherSystems = [.. _otherSystems], Notes = [.. _notes] };

    private static void Add<T>(List<T> list, T item)
    {
        if (list.Count < MaxOfEach && !list.Contains(item))
        {
            list.Add(item);
        }
    }

    private static string Clean(string text)
    {
        var line = BootEntry.OneLine(text);
        return line.Length > MaxLineLength ? $"{line[..MaxLineLength]}…" : line;
    }
}
