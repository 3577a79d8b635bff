using Stiefel.Linux.Files;

namespace Stiefel.Keys;

/// <summary>The directory of accepted keys, one file NAME.key for each: what `stiefel key` and a running server do to it alike.</summary>
public static class KeyFiles
{
    /// <summary>Characters of a name.</summary>
    public const int MaxNameLength = 64;

    /// <summary>What a name may be, in words.</summary>
    public static string NameRule { get; } = $"1 to {MaxNameLength} of A-Z a-z 0-9 - _ . and no dot in front, nor a hyphen";

    /// <summary>Can a key be called that? If so, the name leads nowhere out of the directory.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
        && name[0] is not ('.' or '-'); // hidden, or an option that was mistyped

    /// <summary>Names of the keys, sorted.</summary>
    public static IReadOnlyList<string> List(string directory) => !Directory.Exists(directory)
        ? []
        : [.. Directory.EnumerateFiles(directory, "*" + StoredKey.Extension).Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(name => name.Length > 0 && name[0] != '.').Order(StringComparer.Ordinal)];

    /// <summary>Where a key of this name lies, or would.</summary>
    public static string FileOf(string directory, string name) => Path.Combine(directory, name + StoredKey.Extension);

    /// <summary>Removes a key: nobody who holds it is known any more, also after a power failure in the next moment.</summary>
    /// <returns>False if there is none of that name.</returns>
    /// <exception cref="IOException">It is still there, or may be there again after a power failure.</exception>
    /// <exception cref="UnauthorizedAccessException">It is still there.</exception>
    public static bool Revoke(string directory, string name)
    {
        // Not File.Exists, which takes every error for an absence: who is told that there is none takes it for revoked.
        if (FileStamp.OfLink(FileOf(directory, name)) is null)
        {
            return false;
        }

        File.Delete(FileOf(directory, name));
        DirectorySync.Flush(directory);
        return true;
    }
}
