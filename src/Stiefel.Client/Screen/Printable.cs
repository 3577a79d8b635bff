namespace Stiefel.Client.Screen;

/// <summary>Text of others on our terminal.</summary>
internal static class Printable
{
    /// <summary>More of a foreign text is not shown.</summary>
    public const int MaxLength = 1000;

    /// <summary>Without control characters (an escape sequence could rewrite the screen), and not endless.</summary>
    public static string Clean(string text) =>
        string.Concat(text.Take(MaxLength).Select(letter => char.IsControl(letter) ? '?' : letter));

    /// <summary>`38.9 MB`: megabytes of 10^6 bytes, as network and disk makers count.</summary>
    public static string Megabytes(long bytes) => $"{bytes / 1e6:0.0} MB";
}
