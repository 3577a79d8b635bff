using System.Text;

namespace Stiefel.Cli.Stick;

/// <summary>
/// Stiefel's lines in ventoy/ventoy_grub.cfg, the menu that Ventoy shows when F6 is pressed. All other lines are the user's and keep every byte.
/// </summary>
/// <param name="directory">Where Ventoy's first partition is mounted.</param>
/// <param name="menu">The path of Stiefel's own menu on that partition.</param>
internal sealed class VentoyMenu(string directory, string menu)
{
    private const string First = "# begin of Stiefel: written and removed by stiefel setup-client-usbdrive";
    private const string Last = "# end of Stiefel\n";
    private const string New = ".NEW";

    // Keeps bytes of any other encoding.
    private static readonly Encoding s_bytes = Encoding.Latin1;

    /// <summary>The menu's path; Ventoy wants these names in lower case.</summary>
    public string File { get; } = Path.Combine(directory, "ventoy", "ventoy_grub.cfg");

    /// <summary>The lines. Ventoy runs on two partitions, and says in a variable which one is its first.</summary>
    private string Lines => $$"""
        {{First}}
        menuentry "Stiefel: boot from the laptop" {
          set root=$vtoy_iso_part
          configfile /{{menu}}
        }
        {{Last}}
        """;

    /// <summary>Adds the lines at the end, where they change no default; lines of an earlier run are replaced.</summary>
    /// <exception cref="IOException">The menu cannot be written; it is unchanged.</exception>
    public void Add()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        var others = System.IO.File.Exists(File) ? Without(Read()) : null;
        // The line feed before the lines belongs to them: the user's last line may have none. Without it, the whole file is Stiefel's.
        Write(others is null ? Lines : $"{others}\n{Lines}");
    }

    /// <summary>Removes the lines, and the file and its directory if nothing else is in them.</summary>
    /// <returns>False if there was nothing to remove.</returns>
    /// <exception cref="IOException">The menu cannot be written; it is unchanged.</exception>
    public bool Remove()
    {
        var text = System.IO.File.Exists(File) ? Read() : "";
        if (!text.Contains(First, StringComparison.Ordinal))
        {
            return false;
        }

        if (Without(text) is { } others)
        {
            Write(others);
            return true;
        }

        System.IO.File.Delete(File);
        var place = Path.GetDirectoryName(File)!;
        if (!Directory.EnumerateFileSystemEntries(place).Any())
        {
            Directory.Delete(place);
        }

        return true;
    }

    /// <summary>Returns the user's part of a menu; null if all of it is Stiefel's.</summary>
    private static string? Without(string text)
    {
        var start = text.IndexOf(First, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf(Last, start, StringComparison.Ordinal);
        if (end < 0)
        {
            return text;
        }

        var rest = text[(end + Last.Length)..];
        return start > 0 ? text[..(start - 1)] + rest : rest.Length > 0 ? rest : null;
    }

    private string Read() => s_bytes.GetString(System.IO.File.ReadAllBytes(File));

    private void Write(string text)
    {
        using (var file = System.IO.File.Create(File + New))
        {
            file.Write(s_bytes.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        System.IO.File.Move(File + New, File, overwrite: true);
    }
}
