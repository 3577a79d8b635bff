using System.Globalization;

namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>`NAME+LEFT.conf` or `NAME+LEFT-DONE.efi`: how often an entry may still be tried, and how often it was tried (UAPI.1, Boot Counting).</summary>
/// <param name="Left">Tries left; 0: all tries failed.</param>
/// <param name="Done">Tries made.</param>
internal readonly record struct BootCounter(int Left, int Done)
{
    /// <summary>Reads the counter in a file name; null if there is none.</summary>
    /// <param name="fileName">The name, including its extension.</param>
    /// <param name="ending">`.conf` or `.efi`.</param>
    public static BootCounter? Of(string fileName, string ending)
    {
        var plus = fileName.LastIndexOf('+');
        if (plus < 0 || !fileName.EndsWith(ending, StringComparison.OrdinalIgnoreCase) || plus > fileName.Length - ending.Length)
        {
            return null;
        }

        var numbers = fileName[(plus + 1)..^ending.Length].Split('-');
        return numbers.Length <= 2 && TryNumber(numbers[0], out var left) && TryNumber(numbers.Length == 2 ? numbers[1] : "0", out var done)
            ? new BootCounter(left, done)
            : null;
    }

    /// <summary>An image's name without its counter; the stub uses it to find the image's addons (systemd 257, remove_boot_count).</summary>
    public static string Without(string path)
    {
        var plus = path.IndexOf('+', StringComparison.Ordinal);
        var end = plus + 1;
        if (plus < 0 || !SkipDigits(path, ref end))
        {
            return path;
        }

        if (end < path.Length && path[end] == '-')
        {
            end++;
            if (!SkipDigits(path, ref end))
            {
                return path;
            }
        }

        return end == path.Length || path[end] == '.' ? path[..plus] + path[end..] : path;
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool SkipDigits(string text, ref int at)
    {
        var begin = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at > begin;
    }
}
