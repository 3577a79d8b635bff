using System.Text;

namespace Stiefel.Linux.Modules;

/// <summary>
/// `modules.alias`: some 25,000 lines `alias PATTERN MODULE`. They stay the bytes of the file; an index by bus (what stands before
/// the first colon) leaves a few thousand candidates per question, nearly all refused at their first differing byte.
/// </summary>
internal sealed class ModuleAliases
{
    // A longer one is as good as none: it is looked at for every question.
    private const int MaxBusLength = 32;

    private readonly byte[] _text;
    private readonly Dictionary<string, List<Line>> _byBus = new(StringComparer.Ordinal);

    // Patterns such as `acpi*:PNP0C0A:*`, whose bus is itself a pattern.
    private readonly List<Line> _anyBus = [];

    public ModuleAliases(byte[] text)
    {
        _text = text;
        var byBus = _byBus.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> bus = stackalloc char[MaxBusLength];
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            int length = text.AsSpan(start).IndexOf((byte)'\n');
            end = length < 0 ? text.Length : start + length;
            if (!TryReadLine(start, end, out Line line))
            {
                continue;
            }

            ReadOnlySpan<char> key = BusOf(Pattern(line), bus);
            if (key.IsEmpty)
            {
                _anyBus.Add(line);
            }
            else if (byBus.TryGetValue(key, out List<Line>? lines))
            {
                lines.Add(line);
            }
            else
            {
                byBus[key] = [line];
            }
        }
    }

    /// <summary>Adds the modules whose patterns match, as the file writes their names, in the file's order for each bus.</summary>
    public void Find(string alias, List<string> modules)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(alias);
        Span<char> bus = stackalloc char[MaxBusLength];
        ReadOnlySpan<char> key = BusOf(bytes, bus);
        if (!key.IsEmpty && _byBus.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out List<Line>? lines))
        {
            Find(bytes, lines, modules);
        }

        Find(bytes, _anyBus, modules);
    }

    private void Find(byte[] alias, List<Line> lines, List<string> modules)
    {
        foreach (Line line in lines)
        {
            if (GlobPattern.Matches(Pattern(line), alias))
            {
                modules.Add(Encoding.UTF8.GetString(_text, line.Module, line.ModuleLength));
            }
        }
    }

    private ReadOnlySpan<byte> Pattern(Line line) => _text.AsSpan(line.Pattern, line.PatternLength);

    private bool TryReadLine(int start, int end, out Line line)
    {
        ReadOnlySpan<byte> text = _text.AsSpan(start, end - start);
        ReadOnlySpan<byte> word = "alias "u8;
        int space = text.LastIndexOf((byte)' ');
        line = default;
        if (!text.StartsWith(word) || space <= word.Length || space == text.Length - 1)
        {
            return false;
        }

        line = new Line(start + word.Length, space - word.Length, start + space + 1, text.Length - space - 1);
        return true;
    }

    /// <summary>What stands before the first colon (of a pattern without one: all of it), empty if that is not literal.</summary>
    private static ReadOnlySpan<char> BusOf(ReadOnlySpan<byte> alias, Span<char> bus)
    {
        int length = alias.IndexOf((byte)':');
        length = length < 0 ? alias.Length : length;
        if (length > bus.Length || GlobPattern.LiteralLength(alias[..length]) < length)
        {
            return [];
        }

        for (int at = 0; at < length; at++)
        {
            bus[at] = alias[at] == '-' ? '_' : (char)alias[at];
        }

        return bus[..length];
    }

    private readonly record struct Line(int Pattern, int PatternLength, int Module, int ModuleLength);
}
