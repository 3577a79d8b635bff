using Stiefel.Linux.Files;

namespace Stiefel.Keys;

/// <summary>Operations on the directory of accepted keys (a file NAME.key for each) that `stiefel key` and a running server share.</summary>
public static class KeyFiles
{
    /// <summary>Largest number of characters in a name.</summary>
    public const int MaxNameLength = 64;

    /// <summary>A description of valid names, for messages.</summary>
    public static string NameRule { get; } = $"1 to {MaxNameLength} characters of A-Z a-z 0-9 - _ ., not beginning with a dot or a hyphen";

    /// <summary>True if a key may have this name. A valid name cannot lead out of the directory.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
        && name[0] is not ('.' or '-'); // a hidden file, or a mistyped option

    /// <summary>The names of all keys in a directory, sorted.</summary>
    public static IReadOnlyList<string> List(string directory) => !Directory.Exists(directory)
        ? []
        : [.. Directory.EnumerateFiles(directory, "*" + StoredKey.Extension).Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(name => name.Length > 0 && name[0] != '.').Order(StringComparer.Ordinal)];

    /// <summary>The path of the file for a key of this name.</summary>
    public static string FileOf(string directory, string name) => Path.Combine(directory, name + StoredKey.Extension);

    /// <summary>Removes a key, durably: it is gone even if the power fails right afterwards.</summary>
    /// <returns>False if there is no key of that name.</returns>
    /// <exception cref="IOException">The key still exists, or may exist again after a power failure.</exception>
    /// <exception cref="UnauthorizedAccessException">The key still exists.</exception>
    public static bool Revoke(string directory, string name)
    {
        // Not File.Exists, which reports any error as absence: the caller would believe that the key is revoked.
        if (FileStamp.OfLink(FileOf(directory, name)) is null)
        {
            return false;
        }

        File.Delete(FileOf(directory, name));
        DirectorySync.Flush(directory);
        return true;
    }
}
