using Stiefel.Protocol.Keys;

namespace Stiefel.Server.Keys;

/// <summary>A key and where it came from.</summary>
/// <param name="Key">The key.</param>
/// <param name="Id">See <see cref="KeyRing.IdOf"/>.</param>
/// <param name="Stamp">Its file when it was read.</param>
public sealed record AcceptedKey(SharedKey Key, string Id, KeyFileStamp Stamp);

/// <summary>What a look at the folder found.</summary>
/// <param name="Accepted">New ones.</param>
/// <param name="Revoked">Those accepted no more.</param>
/// <param name="Problems">Files that hold no usable key, one line each.</param>
public sealed record KeyChanges(IReadOnlyList<AcceptedKey> Accepted, IReadOnlyList<AcceptedKey> Revoked, IReadOnlyList<string> Problems)
{
    public static KeyChanges None { get; } = new([], [], []);
}

/// <summary>What tells one state of a key's file from another without reading it.</summary>
public readonly record struct KeyFileStamp(string Path, long Length, DateTime WrittenAt, UnixFileMode Mode)
{
    /// <summary>All files of a folder, by name; one that vanishes meanwhile is left out.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static IReadOnlyList<KeyFileStamp> Of(string folder, string pattern)
    {
        var stamps = new List<KeyFileStamp>();
        foreach (var file in new DirectoryInfo(folder).GetFiles(pattern).Where(f => f.Name[0] != '.').OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            if (file.Exists)
            {
                stamps.Add(new KeyFileStamp(file.FullName, file.Length, file.LastWriteTimeUtc, file.UnixFileMode));
            }
        }

        return stamps;
    }
}
