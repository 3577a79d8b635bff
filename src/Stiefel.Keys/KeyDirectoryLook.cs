namespace Stiefel.Keys;

/// <summary>The result of one look at a directory of keys.</summary>
public sealed class KeyDirectoryLook
{
    private readonly List<ListedKey> _keys = [];
    private readonly List<string> _problems = [];

    /// <summary>
    /// The usable keys. A key that was known before and whose file is unchanged is the same object. If others can add keys to the directory, only keys
    /// that were known before are listed.
    /// </summary>
    public IReadOnlyList<ListedKey> Keys => _keys;

    /// <summary>One line for each file without a usable key, with the reason.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>True if others can add keys to the directory; one of the problems says how to fix that.</summary>
    public bool IsDirectoryUnsafe { get; internal set; }

    /// <summary>The first read error, if any: the file that could not be read may hold any key. Null if all files were read.</summary>
    public Exception? Unread { get; private set; }

    /// <summary>True if one of these keys was not found, under any name.</summary>
    public bool Misses(IEnumerable<ListedKey> known) => known.Any(key => _keys.All(found => found.Id != key.Id));

    /// <summary>Overwrites the keys that this look has read, when its result is not used.</summary>
    /// <param name="known">The keys that were known before; they are kept.</param>
    public void Discard(IEnumerable<ListedKey> known)
    {
        foreach (var fresh in _keys.Except(known))
        {
            fresh.Key.Dispose();
        }
    }

    internal void Add(ListedKey key) => _keys.Add(key);

    internal void AddProblem(string problem) => _problems.Add(problem);

    internal void AddUnread(Exception error) => Unread ??= error;
}
