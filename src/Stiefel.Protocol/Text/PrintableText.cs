namespace Stiefel.Protocol.Text;

/// <summary>What another machine said, made fit for a terminal or a log: an escape sequence in it could rewrite the screen, or forge a line.</summary>
public static class PrintableText
{
    /// <summary>More of another machine's text is not shown.</summary>
    public const int MostShown = 1000;

    private const char InPlaceOfControl = '?';

    /// <summary>Without control characters, line breaks among them, and not endless.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="most">Characters; the rest is cut off.</param>
    public static string Of(string text, int most = MostShown) => WithoutControls(text.Length > most ? text[..most] : text);

    /// <summary>The same for a line of a log, however long: a line break becomes a space.</summary>
    public static string OneLine(string text) => WithoutControls(text.ReplaceLineEndings(" "));

    private static string WithoutControls(string text) => string.Create(text.Length, text, static (shown, text) =>
    {
        for (var at = 0; at < text.Length; at++)
        {
            shown[at] = char.IsControl(text[at]) ? InPlaceOfControl : text[at];
        }
    });
}
