using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Wildcards of GRUB's scripts, `*` and `?`, in file names (grub-core/commands/wildcard.c).</summary>
internal static class GrubGlob
{
    private const int MaxFound = 256;
    private const string Groups = "123456789";
    private const string Borders = "<>bB`'";

    /// <summary>Escapes literal text, so that its wildcards have no special meaning.</summary>
    public static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny('*', '?', '\\') < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            escaped.Append(c is '*' or '?' or '\\' ? "\\" : "").Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>Escapes the backslashes of a value, whose wildcards stay active.</summary>
    public static string EscapeBackslashes(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }

        var escaped = new StringBuilder(value.Length);
        for (var at = 0; at < value.Length; at++)
        {
            if (value[at] == '\\')
            {
                escaped.Append(at + 1 < value.Length && value[at + 1] is '?' or '*' ? "\\\\" : "\\");
            }

            escaped.Append(value[at]);
        }

        return escaped.ToString();
    }

    /// <summary>Removes the escapes of a pattern that has no wildcards or matches no file.</summary>
    public static string Unescape(string pattern)
    {
        if (!pattern.Contains('\\', StringComparison.Ordinal))
        {
            return pattern;
        }

        var text = new StringBuilder(pattern.Length);
        for (var at = 0; at < pattern.Length; at++)
        {
            at += pattern[at] == '\\' && at + 1 < pattern.Length ? 1 : 0;
            text.Append(pattern[at]);
        }

        return text.ToString();
    }

    /// <summary>True if the text has a `*` or `?` that no backslash escapes.</summary>
    public static bool IsPattern(string pattern)
    {
        for (var at = 0; at < pattern.Length; at++)
        {
            if (pattern[at] is '*' or '?')
            {
                return true;
            }

            at += pattern[at] == '\\' ? 1 : 0;
        }

        return false;
    }

    /// <summary>Returns the paths that match, going component by component.</summary>
    /// <param name="pattern">From the file system's top, perhaps after a device in parentheses.</param>
    /// <param name="list">Returns the names in a directory, and whether each is a directory.</param>
    public static IReadOnlyList<string> Find(string pattern, Func<string, IEnumerable<(string Name, bool IsDirectory)>> list)
    {
        var top = pattern.IndexOf('/', StringComparison.Ordinal);
        if (top < 0 || (top > 0 && pattern[0] != '(') || IsPattern(pattern[..top]))
        {
            return [];
        }

        List<string> found = [Unescape(pattern[..top])];
        var steps = Steps(pattern[top..]);
        if (IsLost([.. steps.Select(step => step.Component)]))
        {
            return [];
        }

        for (var at = 0; at < steps.Count && found.Count > 0; at++)
        {
            var (slashes, component) = steps[at];
            var last = at == steps.Count - 1;
            found = component.Length == 0
                ? [.. found.Select(path => path + slashes)]
                : [.. found.SelectMany(directory => Step(directory + slashes, component, last, list)).Take(MaxFound)];
        }

        return found;
    }

    /// <summary>The components of a path, each with the slashes before it, of which all stay; the last one is empty if the path ends in a slash.</summary>
    private static List<(string Slashes, string Component)> Steps(string path)
    {
        List<(string, string)> steps = [];
        for (var at = 0; at < path.Length;)
        {
            var begin = at;
            while (begin < path.Length && path[begin] == '/')
            {
                begin++;
            }

            var end = begin;
            while (end < path.Length && path[end] != '/')
            {
                end++;
            }

            steps.Add((path[at..begin], path[begin..end]));
            at = end;
        }

        return steps;
    }

    /// <summary>
    /// True if a pattern matches nothing in GRUB: it looks up directories with their backslashes, and it translates wildcards to a regular expression, in which
    /// an escaped digit refers to a group that is not there.
    /// </summary>
    private static bool IsLost(string[] components)
    {
        var last = Array.FindLastIndex(components, IsPattern);
        return components.Take(last).Any(component => !IsPattern(component) && component.Contains('\\', StringComparison.Ordinal))
            || components.Where(IsPattern).Any(HasReference);
    }

    private static bool HasReference(string component)
    {
        for (var at = component.IndexOf('\\', StringComparison.Ordinal); at >= 0 && at + 1 < component.Length; at = component.IndexOf('\\', Math.Min(at + 2, component.Length)))
        {
            if (Groups.Contains(component[at + 1], StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    // Directories as they are written: `.` and `..` are in no list.
    private static IEnumerable<string> Step(string directory, string component, bool last, Func<string, IEnumerable<(string Name, bool IsDirectory)>> list)
        => IsPattern(component)
            ? list(directory).Where(entry => (last || entry.IsDirectory) && !entry.Name.StartsWith('.') && Fits(component, entry.Name)).Select(entry => directory + entry.Name)
            : component is "." or ".." || list(directory).Any(entry => (last || entry.IsDirectory) && entry.Name == Unescape(component)) ? [directory + Unescape(component)]
            : [];

    /// <summary>
    /// Matches without recursion, retrying only from the last `*`, so that no pattern takes long. GRUB translates a pattern to a regular expression, in which
    /// some escaped characters are operators: borders of words, and classes of characters.
    /// </summary>
    private static bool Fits(string pattern, string name)
    {
        int at = 0, inName = 0, star = -1, afterStar = 0;
        while (at < pattern.Length || inName < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                afterStar = inName;
            }
            else if (at < pattern.Length && Take(pattern, ref at, name, ref inName))
            {
                continue;
            }
            else if (star >= 0 && afterStar < name.Length)
            {
                at = star + 1;
                inName = ++afterStar;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Matches one element of a pattern that is no `*`, and moves behind it; false leaves both positions.</summary>
    private static bool Take(string pattern, ref int at, string name, ref int inName)
    {
        var isEscaped = pattern[at] == '\\' && at + 1 < pattern.Length;
        var element = pattern[isEscaped ? at + 1 : at];
        var isBorder = isEscaped && Borders.Contains(element, StringComparison.Ordinal);
        if (isBorder ? !IsBorder(element, name, inName) : inName == name.Length || !IsOf(element, isEscaped, name[inName]))
        {
            return false;
        }

        at += isEscaped ? 2 : 1;
        inName += isBorder ? 0 : 1;
        return true;
    }

    private static bool IsBorder(char border, string name, int at)
    {
        var (before, after) = (at > 0 && IsWord(name[at - 1]), at < name.Length && IsWord(name[at]));
        return border switch
        {
            '<' => !before && after,
            '>' => before && !after,
            'b' => before != after,
            'B' => before == after,
            '`' => at == 0,
            _ => at == name.Length,
        };
    }

    private static bool IsOf(char element, bool isEscaped, char character) => (element, isEscaped) switch
    {
        ('?', false) => true,
        ('w', true) => IsWord(character),
        ('W', true) => !IsWord(character),
        ('s', true) => IsSpace(character),
        ('S', true) => !IsSpace(character),
        _ => element == character,
    };

    private static bool IsWord(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    private static bool IsSpace(char character) => character is ' ' or (>= '\t' and <= '\r');
}
