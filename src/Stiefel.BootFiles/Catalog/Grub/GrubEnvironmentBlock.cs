namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>`grubenv`: what grub-set-default, grub-reboot and the boot script itself keep over a reboot (1024 bytes, `NAME=value` lines).</summary>
internal static class GrubEnvironmentBlock
{
    private const int MaxBytes = 64 * 1024;

    // The entry for the next boot only. The next boot of the laptop itself is meant, not that of a desktop.
    private const string NextEntry = "next_entry";

    /// <summary>Null if there is none in that directory.</summary>
    /// <param name="tree">The boot directory.</param>
    /// <param name="directory">`grub` or `grub2`.</param>
    public static Dictionary<string, string>? Read(BootTree tree, string directory)
        => tree.ReadText($"{directory}/grubenv", MaxBytes) is { } text ? Parse(text) : null;

    internal static Dictionary<string, string> Parse(string text)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);

        // A backslash keeps a newline or backslash in a value; with newlines gone, lines can be cut plainly.
        foreach (var line in text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#' && line[..equals] != NextEntry)
            {
                variables[line[..equals]] = line[(equals + 1)..].Replace("\\\\", "\\", StringComparison.Ordinal);
            }
        }

        return variables;
    }
}
