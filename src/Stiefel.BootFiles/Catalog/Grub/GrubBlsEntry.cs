using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>A file of `loader/entries` as GRUB's `blscfg` reads it, which differs from systemd-boot (Fedora's grub-core/commands/blscfg.c, GRUB 2.14's blsuki.c).</summary>
internal sealed class GrubBlsEntry
{
    private readonly List<(string Key, string Value)> _values = [];

    private GrubBlsEntry(string id) => Id = id;

    /// <summary>The file's name without its extension.</summary>
    public string Id { get; }

    /// <summary>The value of the first line with that key; null if there is none.</summary>
    public string? this[string key] => _values.Find(line => line.Key == key).Value;

    /// <summary>The values of all lines with that key.</summary>
    public IEnumerable<string> All(string key) => _values.Where(line => line.Key == key).Select(line => line.Value);

    /// <summary>Reads an entry. As in GRUB, reading stops at the first line that is empty or has no value.</summary>
    public static GrubBlsEntry Parse(string id, string text)
    {
        var entry = new GrubBlsEntry(id);
        foreach (var one in text.Replace("\r", "", StringComparison.Ordinal).Split('\n'))
        {
            var line = one.TrimStart(' ', '\t');
            if (line.StartsWith('#'))
            {
                continue;
            }

            var end = line.AsSpan().IndexOfAny(' ', '\t');
            if (end < 0 || line.AsSpan(end).Trim(" \t").IsEmpty)
            {
                break;
            }

            entry._values.Add((line[..end], line[end..].TrimStart(' ', '\t')));
        }

        return entry;
    }

    /// <summary>Replaces each `$name` by its value and a blank, as GRUB does.</summary>
    /// <param name="text">A line's value.</param>
    /// <param name="variables">By name; null for one that is not set.</param>
    /// <param name="empty">Receives the names of variables that are unset or empty.</param>
    public static string Expand(string text, Func<string, string?> variables, List<string> empty)
    {
        var expanded = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var end = at + 1;
            while (text[at] == '$' && end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }

            if (text[at] != '$')
            {
                expanded.Append(text[at]);
            }
            else if (variables(text[(at + 1)..end]) is { } value)
            {
                expanded.Append(value).Append(' ');
                empty.AddRange(value.Length == 0 ? [text[(at + 1)..end]] : []);
            }
            else
            {
                empty.Add(text[(at + 1)..end]);
            }

            at = end;
        }

        return expanded.ToString();
    }

    /// <summary>Orders entries newest first: by name, version and release, separated by the last two hyphens of the file name and compared as RPM does.</summary>
    public static int CompareForMenu(GrubBlsEntry a, GrubBlsEntry b)
    {
        (var nameA, var versionA, var releaseA) = Split(a.Id);
        (var nameB, var versionB, var releaseB) = Split(b.Id);
        var order = RpmVersion.Compare(nameB, nameA);
        order = order != 0 ? order : RpmVersion.Compare(versionB, versionA);
        return order != 0 ? order : RpmVersion.Compare(releaseB, releaseA);
    }

    private static (string Name, string Version, string Release) Split(string id)
    {
        var release = id.LastIndexOf('-');
        if (release < 0)
        {
            return (id, "", "");
        }

        var version = release == 0 ? -1 : id.LastIndexOf('-', release - 1);
        return version < 0 ? (id[..release], id[(release + 1)..], "") : (id[..version], id[(version + 1)..release], id[(release + 1)..]);
    }
}
