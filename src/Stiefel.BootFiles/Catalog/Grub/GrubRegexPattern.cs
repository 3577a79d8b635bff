using System.Globalization;
using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>
/// Translates a POSIX extended regular expression, as GRUB's library reads it (IEEE 1003.1 §9.4, with the operators that GNU adds), to .NET's syntax:
/// quantifiers may follow each other, an unmatched `)` is a character, `{` must begin an interval, and a backslash in a set is a character.
/// </summary>
internal sealed class GrubRegexPattern
{
    private const int MostRepetitions = 0x7fff; // RE_DUP_MAX of GRUB's regex.h

    // The operators that GNU adds. A word's beginning and end are both its border: .NET has no look-ahead in linear time.
    private static readonly Dictionary<char, string> s_escapes = new()
    {
        ['w'] = "[A-Za-z0-9_]", ['W'] = "[^A-Za-z0-9_]", ['s'] = @"[ \t\n\r\f\v]", ['S'] = @"[^ \t\n\r\f\v]", ['b'] = @"\b", ['B'] = @"\B", ['<'] = @"\b", ['>'] = @"\b", ['`'] = @"\A", ['\''] = @"\z",
    };

    private static readonly Dictionary<string, string> s_classes = new(StringComparer.Ordinal)
    {
        ["alnum"] = "A-Za-z0-9", ["alpha"] = "A-Za-z", ["blank"] = @" \t", ["cntrl"] = @"\x00-\x1f\x7f", ["digit"] = "0-9", ["graph"] = @"\x21-\x7e",
        ["lower"] = "a-z", ["print"] = @"\x20-\x7e", ["punct"] = @"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e", ["space"] = @" \t\n\r\f\v", ["upper"] = "A-Z", ["xdigit"] = "0-9A-Fa-f",
    };

    private readonly string _pattern;
    private readonly string _begin;
    private readonly string _end;
    private readonly StringBuilder _out = new();
    private readonly Stack<int> _groups = new();
    private int _at;

    // Where the last atom begins, which a quantifier repeats; negative if there is none.
    private int _atom = -1;

    private GrubRegexPattern(string pattern, string begin, string end)
    {
        _pattern = pattern;
        _begin = begin;
        _end = end;
    }

    /// <summary>Translates a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="begin">What `^` becomes outside of sets.</param>
    /// <param name="end">What `$` becomes outside of sets: in .NET it also matches before a final newline.</param>
    /// <exception cref="ArgumentException">GRUB refuses the pattern, or it has a reference to a group, which takes more than linear time.</exception>
    public static string Translate(string pattern, string begin, string end) => new GrubRegexPattern(pattern, begin, end).Translate();

    private string Translate()
    {
        while (_at < _pattern.Length)
        {
            var next = _pattern[_at++];
            switch (next)
            {
                case '(':
                    _groups.Push(_out.Length);
                    _out.Append(next);
                    _atom = -1;
                    break;
                case ')' when _groups.TryPop(out var opened):
                    _out.Append(next);
                    _atom = opened;
                    break;
                case '|':
                    _out.Append(next);
                    _atom = -1;
                    break;
                case '^':
                    _out.Append(_begin);
                    _atom = -1;
                    break;
                case '*' or '+' or '?':
                    Repeat(next.ToString());
                    break;
                case '{':
                    Repeat(Interval());
                    break;
                default:
                    _atom = _out.Length;
                    _out.Append(next switch { '$' => _end, '.' => ".", '[' => Set(), '\\' => Escape(), _ => Literal(next) });
                    break;
            }
        }

        return _groups.Count == 0 ? _out.ToString() : throw new ArgumentException("a group has no end");
    }

    private void Repeat(string quantifier)
    {
        if (_atom < 0)
        {
            throw new ArgumentException($"nothing is before `{quantifier}`");
        }

        _out.Insert(_atom, "(?:").Append(')').Append(quantifier);
    }

    private string Interval()
    {
        var close = _pattern.IndexOf('}', _at);
        var bounds = close < 0 ? [] : _pattern[_at..close].Split(',');
        if (bounds is not ([_] or [_, _]) || bounds is [""])
        {
            throw new ArgumentException("`{` begins no interval");
        }

        _at = close + 1;
        var least = bounds[0].Length == 0 ? 0 : Number(bounds[0]);
        var most = bounds is [_, ""] ? (int?)null : Number(bounds[^1]);
        return most < least ? throw new ArgumentException("an interval ends before it begins") : $"{{{least},{most}}}";
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MostRepetitions ? number : throw new ArgumentException($"`{text}` is no count");

    private string Escape()
    {
        if (_at == _pattern.Length || _pattern[_at] is >= '1' and <= '9')
        {
            throw new ArgumentException("a backslash at the end, or a reference to a group");
        }

        var escaped = _pattern[_at++];
        return s_escapes.GetValueOrDefault(escaped) ?? Literal(escaped);
    }

    private string Set()
    {
        var set = new StringBuilder("[");
        if (_at < _pattern.Length && _pattern[_at] == '^')
        {
            set.Append('^');
            _at++;
        }

        for (var first = true; first || At(0) != ']'; first = false)
        {
            if (At(0) == '[' && At(1) == ':')
            {
                set.Append(s_classes.GetValueOrDefault(Named(':')) ?? throw new ArgumentException("an unknown class"));
                continue;
            }

            var low = Member();
            var isRange = At(0) == '-' && At(1) != ']';
            _at += isRange ? 1 : 0;
            var high = isRange ? Member() : low;
            set.Append(low <= high ? $"{Literal(low)}-{Literal(high)}" : throw new ArgumentException("a range ends before it begins"));
        }

        _at++;
        return set.Append(']').ToString();
    }

    private char Member()
    {
        if (At(0) == '[' && At(1) is '.' or '=')
        {
            return Named(At(1)) is [var single] ? single : throw new ArgumentException("a collating element of several characters");
        }

        var member = At(0);
        _at++;
        return member;
    }

    // The name between `[:` and `:]`, or another character in the colon's place.
    private string Named(char mark)
    {
        var close = _pattern.IndexOf($"{mark}]", _at + 2, StringComparison.Ordinal);
        var name = close < 0 ? throw new ArgumentException("a set has no end") : _pattern[(_at + 2)..close];
        _at = close + 2;
        return name;
    }

    private char At(int offset) => _at + offset < _pattern.Length ? _pattern[_at + offset] : throw new ArgumentException("a set has no end");

    private static string Literal(char character) => char.IsAsciiLetterOrDigit(character) ? character.ToString() : $"\\u{(int)character:x4}";
}
