namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The `test` or `[` command on expanded words (grub-core/commands/test.c). Adjacent conditions are joined as by `-a`; `-o` binds less tightly.</summary>
internal sealed class GrubCondition
{
    private const int MaxNesting = 64;

    private readonly IReadOnlyList<string> _words;
    private readonly int _count;
    private readonly Func<string, GrubPath> _resolve;
    private readonly GrubFiles _files;
    private int _at;
    private int _nesting;

    private GrubCondition(IReadOnlyList<string> words, int count, Func<string, GrubPath> resolve, GrubFiles files)
    {
        _words = words;
        _count = count;
        _resolve = resolve;
        _files = files;
    }

    /// <summary>True if the condition holds; an empty condition does.</summary>
    /// <exception cref="InvalidDataException">The condition nests too deep.</exception>
    public static bool Evaluate(IReadOnlyList<string> words, Func<string, GrubPath> resolve, GrubFiles files)
    {
        // GRUB accepts a closing `]` after `test`, too.
        var count = words is [.., "]"] ? words.Count - 1 : words.Count;
        return new GrubCondition(words, count, resolve, files).ReadExpression();
    }

    private bool ReadExpression()
    {
        if (++_nesting > MaxNesting)
        {
            throw new InvalidDataException($"a condition nests more than {MaxNesting} deep");
        }

        bool or = false, and = true, invert = false;
        void Take(bool value, int words)
        {
            and &= value != invert;
            invert = false;
            _at += words;
        }

        while (_at < _count)
        {
            var word = _words[_at];
            if (_at + 2 < _count && Compare(word, _words[_at + 1], _words[_at + 2]) is { } compared)
            {
                Take(compared, 3);
            }
            else if (_at + 1 < _count && Unary(word, _words[_at + 1]) is { } answer)
            {
                Take(answer, 2);
            }
            else if (word == ")")
            {
                _at++;
                break;
            }
            else if (word == "(")
            {
                _at++;
                Take(ReadExpression(), 0);
            }
            else if (word == "!")
            {
                invert = !invert;
                _at++;
            }
            else if (word == "-a")
            {
                _at++;
            }
            else if (word == "-o")
            {
                or |= and;
                and = true;
                _at++;
            }
            else
            {
                Take(word.Length > 0, 1);
            }
        }

        _nesting--;
        return or || and;
    }

    private bool? Compare(string left, string operation, string right) => operation switch
    {
        "=" or "==" => left == right,
        "!=" => left != right,
        "<" => string.CompareOrdinal(left, right) < 0,
        "<=" => string.CompareOrdinal(left, right) <= 0,
        ">" => string.CompareOrdinal(left, right) > 0,
        ">=" => string.CompareOrdinal(left, right) >= 0,
        "-eq" => GrubNumber.Signed(left) == GrubNumber.Signed(right),
        "-ne" => GrubNumber.Signed(left) != GrubNumber.Signed(right),
        "-lt" => GrubNumber.Signed(left) < GrubNumber.Signed(right),
        "-le" => GrubNumber.Signed(left) <= GrubNumber.Signed(right),
        "-gt" => GrubNumber.Signed(left) > GrubNumber.Signed(right),
        "-ge" => GrubNumber.Signed(left) >= GrubNumber.Signed(right),
        "-pgt" => AfterPrefix(left, right) > 0,
        "-plt" => AfterPrefix(left, right) < 0,
        ['-', 'n' or 'o', 't', .. var bias] => CompareTimes(left, right, operation[1] == 'n', bias.Length > 0 ? unchecked((int)GrubNumber.Signed(bias)) : 0),
        _ => null,
    };

    /// <summary>`-nt` and `-ot`: compares times of modification, the left one made later by the seconds that may follow the operator (`-nt60`).</summary>
    private bool CompareTimes(string left, string right, bool isNewer, int bias)
    {
        var (one, other) = (_files.Modified(_resolve(left).ForTest()), _files.Modified(_resolve(right).ForTest()));
        return (isNewer, one, other) switch
        {
            (true, not null, null) or (false, null, not null) => true,
            (true, { } time, { } limit) => time + bias > limit,
            (false, { } time, { } limit) => time + bias < limit,
            _ => false,
        };
    }

    /// <summary>Compares the numbers that follow the common prefix: `vmlinuz-2 -plt vmlinuz-11`.</summary>
    private static int AfterPrefix(string left, string right)
    {
        var at = left.AsSpan().CommonPrefixLength(right) - 1;
        while (at > 0 && char.IsAsciiDigit(left[at]))
        {
            at--;
        }

        at = Math.Max(at + 1, 0);
        return GrubNumber.OrZero(left[at..]).CompareTo(GrubNumber.OrZero(right[at..]));
    }

    private bool? Unary(string operation, string operand)
    {
        switch (operation)
        {
            case "-n":
                return operand.Length > 0;
            case "-z":
                return operand.Length == 0;
            case "-d":
                return GrubFiles.HasDirectory(_resolve(operand).ForTest());
            case "-s":
                using (var opened = _files.Open(_resolve(operand)))
                {
                    return opened is { Length: > 0 };
                }

            case "-e" or "-f":
                var path = _resolve(operand).ForTest();
                using (var file = _files.Open(path))
                {
                    return file is not null || (operation == "-e" && GrubFiles.HasDirectory(path));
                }

            default:
                return null;
        }
    }
}
