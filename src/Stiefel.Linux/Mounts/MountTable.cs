using Stiefel.Linux.BlockDevices;

namespace Stiefel.Linux.Mounts;

/// <summary>The mounts of this process's mount namespace.</summary>
public static class MountTable
{
    /// <summary>Every mount, oldest first.</summary>
    public static IReadOnlyList<MountEntry> Read() => Parse(File.ReadAllText("/proc/self/mountinfo"));

    /// <summary>The mounts on a directory or below it, oldest first.</summary>
    /// <param name="directory">Absolute and free of symbolic links.</param>
    public static IReadOnlyList<MountEntry> Under(string directory)
        => [.. Read().Where(mount => mount.Directory == directory || mount.Directory.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal))];

    /// <summary>Parses the text of a mountinfo file.</summary>
    public static IReadOnlyList<MountEntry> Parse(string text)
    {
        var mounts = new List<MountEntry>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Fields: 36 35 98:0 /root /where options optional… - type source options
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-");
            if (separator > 4 && separator + 2 < fields.Length)
            {
                mounts.Add(new MountEntry(MountedFileSystems.Unescape(fields[4]), fields[separator + 1], MountedFileSystems.Unescape(fields[separator + 2])) { Root = MountedFileSystems.Unescape(fields[3]) });
            }
        }

        return mounts;
    }
}
