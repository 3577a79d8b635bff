using System.Text;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>Writes kernel arguments as words of GRUB's shell, which treats single quotes as other shells do.</summary>
internal static class GrubWords
{
    /// <summary>The arguments, each in single quotes.</summary>
    /// <param name="arguments">The arguments as the kernel reads them, with its double quotes.</param>
    public static string Of(string arguments) => string.Join(' ', Words(arguments).Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    // Splits at blanks outside the kernel's double quotes.
    private static IEnumerable<string> Words(string arguments)
    {
        var word = new StringBuilder();
        var quoted = false;
        foreach (var letter in arguments.Append(' '))
        {
            quoted ^= letter == '"';
            if (letter == ' ' && !quoted)
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                }

                word.Clear();
            }
            else if (letter != '"')
            {
                word.Append(letter);
            }
        }
    }
}
