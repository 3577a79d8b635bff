namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>The lines of systemd-boot's files, cut as its line_get_key_value does (systemd 257, src/boot/efi-string.c).</summary>
internal static class LoaderText
{
    /// <summary>The separators of entries and of loader.conf.</summary>
    public const string Blanks = " \t";

    /// <summary>The separator of os-release and of a profile.</summary>
    public const string Equal = "=";

    /// <summary>Keys and values; comments and what has no value are left out, a pair of quotes around a value is not part of it.</summary>
    public static IEnumerable<(string Key, string Value)> Lines(string text, string separators)
    {
        var end = text.IndexOf('\0', StringComparison.Ordinal);
        foreach (var raw in (end < 0 ? text : text[..end]).Split('\n', '\r'))
        {
            var line = raw.Trim(' ', '\t');
            var cut = line.AsSpan().IndexOfAny(separators);
            if (cut < 0 || line[0] == '#')
            {
                continue;
            }

            var value = line[cut..].TrimStart(separators.ToCharArray());
            yield return (line[..cut], Unquote(value));
        }
    }

    /// <summary>Letters as systemd-boot folds them: those of ASCII and no others.</summary>
    public static string Fold(string text) => string.Create(text.Length, text, static (folded, from) =>
    {
        for (var at = 0; at < folded.Length; at++)
        {
            folded[at] = char.IsAsciiLetterUpper(from[at]) ? char.ToLowerInvariant(from[at]) : from[at];
        }
    });

    // One quote alone is both the first and the last character, and leaves nothing.
    private static string Unquote(string value)
        => value.Length > 0 && (value[0] is '"' or '\'') && value[^1] == value[0] ? value.Length > 1 ? value[1..^1] : "" : value;
}
