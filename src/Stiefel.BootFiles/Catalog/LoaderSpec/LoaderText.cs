namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>Splits systemd-boot's files into keys and values, as its line_get_key_value does (systemd 257, src/boot/efi-string.c).</summary>
internal static class LoaderText
{
    /// <summary>The separators in entries and in loader.conf.</summary>
    public const string Blanks = " \t";

    /// <summary>The separator in os-release and in profile sections.</summary>
    public const string Equal = "=";

    /// <summary>Returns keys and values, without quotes around a value. Comments and lines without a value are left out.</summary>
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

    /// <summary>Changes ASCII letters to lower case, as systemd-boot does, and no others.</summary>
    public static string Fold(string text) => string.Create(text.Length, text, static (folded, from) =>
    {
        for (var at = 0; at < folded.Length; at++)
        {
            folded[at] = char.IsAsciiLetterUpper(from[at]) ? char.ToLowerInvariant(from[at]) : from[at];
        }
    });

    // A single quote character is both the first and the last: nothing is left then.
    private static string Unquote(string value)
        => value.Length > 0 && (value[0] is '"' or '\'') && value[^1] == value[0] ? value.Length > 1 ? value[1..^1] : "" : value;
}
