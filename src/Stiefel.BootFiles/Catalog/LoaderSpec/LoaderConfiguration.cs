using System.IO.Enumeration;

namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>`loader/loader.conf` of systemd-boot (man 5 loader.conf), of which only the default entry matters here.</summary>
internal static class LoaderConfiguration
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>The pattern of the default entry's name; empty if there is none, or if it is kept in firmware (`@saved`).</summary>
    public static string ReadDefault(BootTree tree)
    {
        var pattern = "";
        foreach (var line in (tree.ReadText("loader/loader.conf", MaxBytes) ?? "").Split('\n'))
        {
            var words = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words is ["default", var value])
            {
                pattern = value;
            }
        }

        return pattern.StartsWith('@') ? "" : pattern;
    }

    /// <summary>True if an entry's file name, with or without its ending, fits the pattern.</summary>
    public static bool Matches(string pattern, string id, string ending)
        => FileSystemName.MatchesSimpleExpression(pattern, id + ending) || FileSystemName.MatchesSimpleExpression(pattern, id);
}
