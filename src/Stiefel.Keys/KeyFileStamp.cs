using Stiefel.Linux.FileSystems;

namespace Stiefel.Keys;

/// <summary>What tells one state of a key's file from another without reading it.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="File">What it is.</param>
public readonly record struct KeyFileStamp(string Path, FileStamp File)
{
    private const int Looks = 3;

    /// <summary>All keys' files of a folder, by name; one that vanishes meanwhile is left out.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="known">
    /// Files that were there before. If one is missing, all is looked at again: renamed between the reading of the folder and the look at its file, it is
    /// found under neither name.
    /// </param>
    /// <exception cref="IOException">The folder, or a file of it, cannot be looked at.</exception>
    public static IReadOnlyList<KeyFileStamp> Of(string folder, IEnumerable<KeyFileStamp> known) => Of(() => List(folder), known);

    /// <summary>The same with another way to look.</summary>
    public static IReadOnlyList<KeyFileStamp> Of(Func<IReadOnlyList<KeyFileStamp>> look, IEnumerable<KeyFileStamp> known)
    {
        var stamps = look();
        for (var looks = 1; looks < Looks && !known.All(one => stamps.Any(stamp => stamp.IsSameFile(one))); looks++)
        {
            stamps = look();
        }

        return stamps;
    }

    private static List<KeyFileStamp> List(string folder)
    {
        var stamps = new List<KeyFileStamp>();
        foreach (var path in Directory.GetFiles(folder, "*" + StoredKey.Extension).Where(path => System.IO.Path.GetFileName(path)[0] != '.').Order(StringComparer.Ordinal))
        {
            if (FileStamp.TryOf(path) is { } file)
            {
                stamps.Add(new KeyFileStamp(path, file));
            }
        }

        return stamps;
    }

    // Not by the name, which may be another file's by now: a rotation gives it to the fresh key.
    private bool IsSameFile(KeyFileStamp other) => (File.Device, File.Inode) == (other.File.Device, other.File.Inode);
}
