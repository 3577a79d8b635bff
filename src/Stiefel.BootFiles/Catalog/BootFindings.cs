namespace Stiefel.BootFiles.Catalog;

/// <summary>
/// What a search comes across besides the entry it takes. Every reader writes here; the words come from a foreign disk, so they are made
/// printable, cut, and not kept beyond a number.
/// </summary>
internal sealed class BootFindings
{
    private const int MaxOfEach = 64;
    private const int MaxLineLength = 300;

    private readonly List<PassedOver> _passedOver = [];
    private readonly List<string> _otherSystems = [];
    private readonly List<string> _notes = [];

    public IReadOnlyList<PassedOver> PassedOver => _passedOver;

    /// <summary>An entry is not booted.</summary>
    public void PassOver(string source, string entry, string reason) => Add(_passedOver, new PassedOver(Clean(source), Clean(entry), Clean(reason)));

    /// <summary>A whole file or device says nothing of use.</summary>
    public void PassOver(string source, string reason) => PassOver(source, "", reason);

    /// <summary>Something else than a Linux of ours can be started.</summary>
    /// <param name="name">`Windows`, `rEFInd`, `memory test`.</param>
    /// <param name="where">The file that starts it, or the entry that names it.</param>
    public void FoundSystem(string name, string where) => Add(_otherSystems, Clean($"{name} ({where})"));

    /// <summary>Something a person may want to know about what is booted.</summary>
    public void Note(string line) => Add(_notes, Clean(line));

    /// <summary>All of it.</summary>
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
