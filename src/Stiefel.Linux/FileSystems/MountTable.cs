using System.Text;

namespace Stiefel.Linux.FileSystems;

/// <summary>What is mounted in our mount namespace.</summary>
public static class MountTable
{
    /// <summary>Every mount, oldest first.</summary>
    public static IReadOnlyList<MountEntry> Read() => Parse(File.ReadAllText("/proc/self/mountinfo"));

    /// <summary>The mounts on a directory or below it, oldest first.</summary>
    /// <param name="directory">Absolute and free of symbolic links.</param>
    public static IReadOnlyList<MountEntry> Under(string directory)
        => [.. Read().Where(mount => mount.Directory == directory || mount.Directory.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal))];

    internal static IReadOnlyList<MountEntry> Parse(string text)
    {
        var mounts = new List<MountEntry>();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // 36 35 98:0 /root /where options optional… - type source options
            string[] fields = line.Split(' ');
            int separator = Array.IndexOf(fields, "-");
            if (separator > 4 && separator + 2 < fields.Length)
            {
                mounts.Add(new MountEntry(Unescape(fields[4]), fields[separator + 1], Unescape(fields[separator + 2])));
            }
        }

        return mounts;
    }

    /// <summary>The kernel writes space, tab, newline and backslash as three octal digits.</summary>
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }

        var text = new StringBuilder(field.Length);
        for (int at = 0; at < field.Length; at++)
        {
            if (field[at] == '\\' && at + 3 < field.Length && IsOctal(field.AsSpan(at + 1, 3)))
            {
                text.Append((char)(((field[at + 1] - '0') << 6) | ((field[at + 2] - '0') << 3) | (field[at + 3] - '0')));
                at += 3;
            }
            else
            {
                text.Append(field[at]);
            }
        }

        return text.ToString();
    }

    private static bool IsOctal(ReadOnlySpan<char> digits) => !digits.ContainsAnyExceptInRange('0', '7');
}
