namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Finds where a word of a script ends (the patterns WORD, MULTILINE and VARIABLE of grub-core/script/yylex.l).</summary>
internal static class GrubWordScan
{
    /// <summary>The index after the word; null if a quotation or a backslash is still open where the text ends.</summary>
    /// <param name="text">Lines that end with a newline.</param>
    /// <param name="at">Where the word begins.</param>
    public static int? EndOf(string text, int at)
    {
        while (at < text.Length)
        {
            switch (text[at])
            {
                case '\\' when text[at + 1] == '\n' && at + 2 == text.Length:
                    return null;
                case '\\':
                    at += 2;
                    break;
                case '"' or '\'':
                    if (CloseOf(text, at) is not { } close)
                    {
                        return null;
                    }

                    at = close + 1;
                    break;
                case '$' when text[at + 1] == '"':
                    at++;
                    break;
                case '$':
                    if (VariableAt(text, at + 1) is not { } variable)
                    {
                        return at;
                    }

                    at = variable.End;
                    break;
                case '{' or '}' or '|' or '&' or ';' or '<' or '>' or ' ' or '\t' or '\n':
                    return at;
                default:
                    at++;
                    break;
            }
        }

        return at;
    }

    /// <summary>The variable whose name, perhaps in braces, begins at an index: `name`, `1`, `?`, `#`, `@`, `*`; null if there is none.</summary>
    public static (string Name, int End)? VariableAt(string text, int at)
    {
        var braces = at < text.Length && text[at] == '{';
        var start = at + (braces ? 1 : 0);
        var end = start;
        if (end < text.Length && text[end] is '?' or '#' or '@' or '*')
        {
            end++;
        }
        else
        {
            var digits = end < text.Length && char.IsAsciiDigit(text[end]);
            while (end < text.Length && (digits ? char.IsAsciiDigit(text[end]) : IsNameCharacter(text[end])))
            {
                end++;
            }
        }

        var fits = end > start && (!braces || (end < text.Length && text[end] == '}'));
        return fits ? (text[start..end], braces ? end + 1 : end) : null;
    }

    /// <summary>True if the text is a valid name of a variable or function.</summary>
    public static bool IsName(string text) => !char.IsAsciiDigit(text[0]) && text.All(IsNameCharacter);

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static int? CloseOf(string text, int quote)
    {
        for (var at = quote + 1; at < text.Length; at++)
        {
            if (text[at] == text[quote])
            {
                return at;
            }

            at += text[quote] == '"' && text[at] == '\\' ? 1 : 0;
        }

        return null;
    }
}
