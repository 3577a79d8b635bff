using System.Text;

namespace Stiefel.Linux.Modules;

/// <summary>
/// `modules.alias`: about 25,000 lines `alias PATTERN MODULE`. They stay as the file's bytes. An index by the beginning of the patterns
/// leaves a handful of candidates for each question: `pci:v00008086` (the bus and ten more characters) if the pattern is literal
/// that far, else `pci`; patterns such as `acpi*:PNP0C0A:*` are not indexed.
/// </summary>
internal sealed class ModuleAliases
{
    // The colon and the nine letters of `v00008086` or `v0BDAp815`: patterns of pci and usb are literal at least that far.
    private const int TailLength = 10;

    // Patterns with a longer bus name are not indexed, and are compared for every question.
    private const int MaxBusLength = 32;

    private readonly byte[] _text;
    private readonly Dictionary<string, List<Line>> _byStart = new(StringComparer.Ordinal);
    private readonly List<Line> _others = [];

    public ModuleAliases(byte[] text)
    {
        _text = text;
        Span<char> buffer = stackalloc char[MaxBusLength + TailLength];
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            var length = text.AsSpan(start).IndexOf((byte)'\n');
            end = length < 0 ? text.Length : start + length;
            if (TryReadLine(start, end, out var line))
            {
                Add(line, buffer);
            }
        }
    }

    /// <summary>Adds the modules whose patterns match, with their names as in the file.</summary>
    public void Find(string alias, List<string> modules)
    {
        var bytes = Encoding.UTF8.GetBytes(alias);
        Span<char> buffer = stackalloc char[MaxBusLength + TailLength];
        var bus = BusLength(bytes, bytes.Length);
        if (bus > 0)
        {
            var byStart = _byStart.GetAlternateLookup<ReadOnlySpan<char>>();
            if (bus + TailLength <= bytes.Length && byStart.TryGetValue(Fold(bytes.AsSpan(0, bus + TailLength), buffer), out var lines))
            {
                Find(bytes, lines, modules);
            }

            if (byStart.TryGetValue(Fold(bytes.AsSpan(0, bus), buffer), out lines))
            {
                Find(bytes, lines, modules);
            }
        }

        Find(bytes, _others, modules);
    }

    private void Add(Line line, Span<char> buffer)
    {
        var pattern = Pattern(line);
        var literal = GlobPattern.LiteralLength(pattern);
        var bus = BusLength(pattern, literal);
        if (bus == 0)
        {
            _others.Add(line);
            return;
        }

        var key = Fold(pattern[..(bus + TailLength <= literal ? bus + TailLength : bus)], buffer);
        var byStart = _byStart.GetAlternateLookup<ReadOnlySpan<char>>();
        if (byStart.TryGetValue(key, out var lines))
        {
            lines.Add(line);
        }
        else
        {
            byStart[key] = [line];
        }
    }

    private void Find(byte[] alias, List<Line> lines, List<string> modules)
    {
        foreach (var line in lines)
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
        var word = "alias "u8;
        var space = text.LastIndexOf((byte)' ');
        line = default;
        if (!text.StartsWith(word) || space <= word.Length || space == text.Length - 1)
        {
            return false;
        }

        line = new Line(start + word.Length, space - word.Length, start + space + 1, text.Length - space - 1);
        return true;
    }

    /// <summary>Length of the part before the first colon, or of the whole if there is none; 0 if it is not literal or too long.</summary>
    private static int BusLength(ReadOnlySpan<byte> alias, int literal)
    {
        var colon = alias.IndexOf((byte)':');
        var length = colon < 0 ? alias.Length : colon;
        return length <= Math.Min(literal, MaxBusLength) ? length : 0;
    }

    private static ReadOnlySpan<char> Fold(ReadOnlySpan<byte> bytes, Span<char> buffer)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            buffer[at] = bytes[at] == '-' ? '_' : (char)bytes[at];
        }

        return buffer[..bytes.Length];
    }

    private readonly record struct Line(int Pattern, int PatternLength, int Module, int ModuleLength);
}
