namespace Stiefel.Keys;

/// <summary>What a look at a directory of keys found.</summary>
public sealed class KeyDirectoryLook
{
    private readonly List<ListedKey> _keys = [];
    private readonly List<string> _problems = [];

    /// <summary>
    /// Keys that can be used. Those known before, whose files are as they were, are the same objects. In a directory into which others can put keys, only
    /// those known before.
    /// </summary>
    public IReadOnlyList<ListedKey> Keys => _keys;

    /// <summary>Why other files hold no usable key, one line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Others can put keys of theirs into the directory; one of the problems says how to end that.</summary>
    public bool IsDirectoryUnsafe { get; internal set; }

    /// <summary>The first error of the medium: it did not say what a file holds, which may be any key. Null if it said all.</summary>
    public Exception? Unread { get; private set; }

    /// <summary>Is one of these keys not there, under whatever name?</summary>
    public bool Misses(IEnumerable<ListedKey> known) => known.Any(key => _keys.All(found => found.Id != key.Id));

    /// <summary>Overwrites the keys that were read by this look, if it is of no use.</summary>
    /// <param name="known">Those from before.</param>
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
