using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>A kernel's arguments as one line (grub-core/lib/cmdline.c).</summary>
internal static class GrubCommandLine
{
    /// <summary>An argument with blanks is put in quotes; quotes and backslashes get a backslash, except one of `\xHH`.</summary>
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
