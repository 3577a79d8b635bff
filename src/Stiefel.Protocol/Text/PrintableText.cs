namespace Stiefel.Protocol.Text;

/// <summary>Makes another machine's text safe for a terminal or a log: an escape sequence in it could rewrite the screen or forge a line.</summary>
public static class PrintableText
{
    /// <summary>Largest number of characters of another machine's text to show.</summary>
    public const int MostShown = 1000;

    private const char InPlaceOfControl = '?';

    /// <summary>Replaces control characters, including line breaks, by `?`, and limits the length.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="most">Largest number of characters; the rest is cut off.</param>
    public static string Of(string text, int most = MostShown) => WithoutControls(text.Length > most ? text[..most] : text);

    /// <summary>Makes one line for a log, of any length: line breaks become spaces, other control characters `?`.</summary>
    public static string OneLine(string text) => WithoutControls(text.ReplaceLineEndings(" "));

    private static string WithoutControls(string text) => string.Create(text.Length, text, static (shown, text) =>
    {
        for (var at = 0; at < text.Length; at++)
        {
            shown[at] = char.IsControl(text[at]) ? InPlaceOfControl : text[at];
        }
    });
}
