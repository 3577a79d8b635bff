using System.Globalization;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The `test` or `[` command on words already expanded (GNU GRUB manual, "test").</summary>
internal sealed class GrubCondition
{
    private const int MaxNesting = 64;

    private readonly IReadOnlyList<string> _words;
    private readonly BootTree _tree;
    private int _at;
    private int _nesting;

    private GrubCondition(IReadOnlyList<string> words, BootTree tree)
    {
        _words = words;
        _tree = tree;
    }

    /// <summary>False too for conditions that make no sense, as in GRUB.</summary>
    public static bool Evaluate(IReadOnlyList<string> words, BootTree tree)
    {
        var condition = new GrubCondition(words, tree);
        return words.Count > 0 && condition.Or() && condition._at == words.Count;
    }

    private bool Or()
    {
        if (++_nesting > MaxNesting)
        {
            throw new InvalidDataException($" a condition nests more than {MaxNesting} deep");
        }

        var value = And();
        while (Take("-o"))
        {
            value |= And();
        }

        _nesting--;
        return value;
    }

    private bool And()
    {
        var value = Not();
        while (Take("-a"))
        {
            value &= Not();
        }

        return value;
    }

    private bool Not()
    {
        var negated = false;
        while (_at + 1 < _words.Count && Take("!"))
        {
            negated = !negated;
        }

        return Primary() != negated;
    }

    private bool Primary()
    {
        if (Take("("))
        {
            var inner = Or();
            return Take(")") && inner;
        }

        if (_at + 2 < _words.Count && Compare(_words[_at], _words[_at + 1], _words[_at + 2]) is { } compared)
        {
            _at += 3;
            return compared;
        }

        if (_at + 1 < _words.Count && Unary(_words[_at], _words[_at + 1]) is { } answer)
        {
            _at += 2;
            return answer;
        }

        return _at < _words.Count && _words[_at++].Length > 0;
    }

    private static bool? Compare(string left, string operation, string right) => operation switch
    {
        "=" or "==" => left == right,
        "!=" => left != right,
        "<" => string.CompareOrdinal(left, right) < 0,
        ">" => string.CompareOrdinal(left, right) > 0,
        "-eq" => Number(left) == Number(right),
        "-ne" => Number(left) != Number(right),
        "-lt" => Number(left) < Number(right),
        "-le" => Number(left) <= Number(right),
        "-gt" => Number(left) > Number(right),
        "-ge" => Number(left) >= Number(right),
        _ => null,
    };

    private bool? Unary(string operation, string operand) => operation switch
    {
        "-n" => operand.Length > 0,
        "-z" => operand.Length == 0,
        "-f" => _tree.LengthOf(operand) is not null,
        "-s" => _tree.LengthOf(operand) is > 0,
        "-d" => _tree.HasDirectory(operand),
        "-e" => _tree.LengthOf(operand) is not null || _tree.HasDirectory(operand),
        _ => null,
    };

    private static long Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private bool Take(string word)
    {
        var there = _at < _words.Count && _words[_at] == word;
        _at += there ? 1 : 0;
        return there;
    }
}
