using Stiefel.Linux.Files;

namespace Stiefel.Keys;

/// <summary>A key's file and the state in which it was seen. If the stamp has changed, the file must be read again.</summary>
/// <param name="Path">The file's full path.</param>
/// <param name="File">The state of the file, or of the target if it is a link.</param>
public readonly record struct KeyFileStamp(string Path, FileStamp File)
{
    private const int Tries = 3;

    /// <summary>The stamps of all key files in a directory, in the order of their names.</summary>
    /// <exception cref="IOException">The directory or a file in it cannot be examined, so whether it holds keys is unknown.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory must not be read, so whether it holds keys is unknown.</exception>
    public static IReadOnlyList<KeyFileStamp> Of(string directory) => Of(directory, FileStamp.Of);

    /// <inheritdoc cref="Of(string)"/>
    /// <param name="directory">The directory.</param>
    /// <param name="look">Examines a file; null if it does not exist.</param>
    internal static IReadOnlyList<KeyFileStamp> Of(string directory, Func<string, FileStamp?> look)
    {
        for (var tries = Tries; ; tries--)
        {
            string[] files = [.. Directory.GetFiles(System.IO.Path.GetFullPath(directory), "*" + StoredKey.Extension)
                .Where(file => System.IO.Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal)];
            KeyFileStamp[] stamps = [.. files.Select(file => look(file) is { } stamp ? new KeyFileStamp(file, stamp) : default(KeyFileStamp?)).OfType<KeyFileStamp>()];

            // A file that vanished may have been renamed, and its new name was not listed; list again.
            if (stamps.Length == files.Length || tries == 1)
            {
                return stamps;
            }
        }
    }
}
