using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Joins a kernel's arguments to one line (grub-core/lib/cmdline.c).</summary>
internal static class GrubCommandLine
{
    /// <summary>Puts an argument with blanks in quotes, and a backslash before each quote and backslash except in `\xHH`.</summary>
    public static string Of(IEnumerable<string> arguments)
    {
        var line = new StringBuilder();
        foreach (var argument in arguments)
        {
            var quote = argument.Contains(' ', StringComparison.Ordinal) ? "\"" : "";
            line.Append(line.Length > 0 ? " " : "").Append(quote);
            for (var at = 0; at < argument.Length; at++)
            {
                var hex = argument.AsSpan(at) is ['\\', 'x', var first, var second, ..] && char.IsAsciiHexDigit(first) && char.IsAsciiHexDigit(second);
                line.Append(argument[at] is '\\' or '\'' or '"' && !hex ? "\\" : "").Append(argument[at]);
            }

            line.Append(quote);
        }

        return line.ToString();
    }
}
