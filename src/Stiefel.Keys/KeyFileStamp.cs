using Stiefel.Linux.Files;

namespace Stiefel.Keys;

/// <summary>A key's file and the state it was seen in: another stamp, and it has to be read again.</summary>
/// <param name="Path">Its place in the directory.</param>
/// <param name="File">What is there, or what the link there leads to.</param>
public readonly record struct KeyFileStamp(string Path, FileStamp File)
{
    private const int Tries = 3;

    /// <summary>All files of a directory, by name.</summary>
    /// <exception cref="IOException">The directory, or a file in it, cannot be looked at; that does not say that there is no key.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static IReadOnlyList<KeyFileStamp> Of(string directory) => Of(directory, FileStamp.Of);

    /// <inheritdoc cref="Of(string)"/>
    /// <param name="directory">The directory.</param>
    /// <param name="look">How a file is looked at.</param>
    internal static IReadOnlyList<KeyFileStamp> Of(string directory, Func<string, FileStamp?> look)
    {
        for (var tries = Tries; ; tries--)
        {
            string[] files = [.. Directory.GetFiles(System.IO.Path.GetFullPath(directory), "*" + StoredKey.Extension)
                .Where(file => System.IO.Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal)];
            KeyFileStamp[] stamps = [.. files.Select(file => look(file) is { } stamp ? new KeyFileStamp(file, stamp) : default(KeyFileStamp?)).OfType<KeyFileStamp>()];

            // One that vanished may have been renamed, and then stands under a name that was not listed.
            if (stamps.Length == files.Length || tries == 1)
            {
                return stamps;
            }
        }
    }
}
