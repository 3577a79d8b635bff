using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>`grubenv`: what grub-set-default, grub-reboot and the boot script itself keep across a reboot (grub-core/lib/envblk.c).</summary>
internal static class GrubEnvironmentBlock
{
    private const int MaxBytes = 64 * 1024;
    private const string Signature = "# GRUB Environment Block\n";

    /// <summary>The variables in a file, or in disk blocks outside all files; null if there is no environment block.</summary>
    public static Dictionary<string, string>? Read(GrubFiles files, GrubPath path)
    {
        try
        {
            return files.ReadText(path, MaxBytes) is { } text && text.StartsWith(Signature, StringComparison.Ordinal) ? Parse(text) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Reads the `NAME=value` lines after the signature; if a name occurs twice, its last value counts.</summary>
    internal static Dictionary<string, string> Parse(string text)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = Math.Min(Signature.Length, text.Length); at < text.Length;)
        {
            var line = text.IndexOf('\n', at);
            if (text[at] != '#')
            {
                var equals = text.IndexOf('=', at);
                if (equals < 0 || ReadValue(text, equals + 1, out var end) is not { } value)
                {
                    break;
                }

                variables[text[at..equals]] = value;
                line = end;
            }

            at = line < 0 ? text.Length : line + 1;
        }

        return variables;
    }

    /// <summary>Reads up to a newline that has no backslash before it; null if there is none.</summary>
    private static string? ReadValue(string text, int at, out int end)
    {
        var value = new StringBuilder();
        for (end = at; end < text.Length && text[end] != '\n'; end++)
        {
            end += text[end] == '\\' ? 1 : 0;
            value.Append(end < text.Length ? text[end] : "");
        }

        return end < text.Length ? value.ToString() : null;
    }
}
