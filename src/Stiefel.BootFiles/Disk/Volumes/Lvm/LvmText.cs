using System.Globalization;
using System.Text;

namespace Stiefel.BootFiles.Disk.Volumes.Lvm;

/// <summary>One `name { … }` section of LVM's metadata (man 5 lvm.conf, which has the same grammar): values and sections by name.</summary>
internal sealed class LvmSection
{
    /// <summary>The sections, in the text's order.</summary>
    public Dictionary<string, LvmSection> Sections { get; } = new(StringComparer.Ordinal);

    /// <summary>The items of each value: one for a number or a string, any number for an array. Strings have lost their quotes.</summary>
    public Dictionary<string, IReadOnlyList<string>> Values { get; } = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">There is no such value, or it is an array.</exception>
    public string Text(string name) => Values.TryGetValue(name, out var items) && items.Count == 1
        ? items[0]
        : throw new FormatException($"LVM metadata: {name} is missing");

    /// <exception cref="FormatException">There is no such value, or it is not a number of 0 or more.</exception>
    public long Number(string name) => ToNumber(Text(name), name);

    /// <exception cref="FormatException">There is no such section.</exception>
    public LvmSection Section(string name) => Sections.TryGetValue(name, out var section) ? section : throw new FormatException($"LVM metadata: {name} {{ … }} is missing");

    /// <exception cref="FormatException">The text is not a number of 0 or more.</exception>
    public static long ToNumber(string text, string name) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"LVM metadata: {name} is not a number");
}

/// <summary>Parses the text in which LVM keeps its metadata. It comes from an untrusted disk, so depth and number of all parts are bounded.</summary>
internal ref struct LvmText
{
    private const int MaxDepth = 8;
    private const int MaxEntries = 32 * 1024;

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _entries;

    private LvmText(ReadOnlySpan<char> text) => _text = text;

    /// <exception cref="FormatException">The text is not LVM metadata.</exception>
    public static LvmSection Parse(ReadOnlySpan<char> text)
    {
        var reader = new LvmText(text);
        return reader.ReadSection(depth: 0);
    }

    private LvmSection ReadSection(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new FormatException($"LVM metadata: sections nest more than {MaxDepth} deep");
        }

        var section = new LvmSection();
        while (Next() is var next and not '\0')
        {
            if (next == '}' && depth > 0)
            {
                _at++;
                return section;
            }

            if (++_entries > MaxEntries)
            {
                throw new FormatException($"LVM metadata: it has more than {MaxEntries} entries");
            }

            var name = ReadName();
            switch (Next())
            {
                case '{':
                    _at++;
                    section.Sections[name] = ReadSection(depth + 1);
                    break;
                case '=':
                    _at++;
                    section.Values[name] = ReadValue();
                    break;
                default:
                    throw Unexpected();
            }
        }

        return depth == 0 ? section : throw new FormatException("LVM metadata: it ends within a section");
    }

    private List<string> ReadValue()
    {
        if (Next() != '[')
        {
            return [ReadItem()];
        }

        _at++;
        var items = new List<string>();
        while (Next() != ']')
        {
            items.Add(ReadItem());
            if (++_entries > MaxEntries)
            {
                throw new FormatException($"LVM metadata: it has more than {MaxEntries} entries");
            }

            if (Next() == ',')
            {
                _at++;
            }
            else if (Next() != ']')
            {
                throw Unexpected();
            }
        }

        _at++;
        return items;
    }

    private string ReadItem() => Next() == '"' ? ReadString() : ReadName();

    private string ReadString()
    {
        var value = new StringBuilder();
        for (_at++; _at < _text.Length && _text[_at] != '"'; _at++)
        {
            _at += _text[_at] == '\\' && _at + 1 < _text.Length ? 1 : 0;
            value.Append(_text[_at]);
        }

        if (_at >= _text.Length)
        {
            throw new FormatException("LVM metadata: it ends within a string");
        }

        _at++;
        return value.ToString();
    }

    private string ReadName()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-' or '.' or '+' or '/'))
        {
            _at++;
        }

        return _at > start ? _text[start.._at].ToString() : throw Unexpected();
    }

    /// <summary>The next character that is neither blank nor part of a comment; 0 at the end.</summary>
    private char Next()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] == '#')
            {
                var line = _text[_at..].IndexOf('\n');
                _at = line < 0 ? _text.Length : _at + line;
            }
            else if (!char.IsWhiteSpace(_text[_at]) && _text[_at] != '\0')
            {
                return _text[_at];
            }
            else
            {
                _at++;
            }
        }

        return '\0';
    }

    private readonly FormatException Unexpected() => new($"LVM metadata: syntax error at character {_at}");
}
