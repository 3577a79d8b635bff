using Stiefel.Keys;

namespace Stiefel.Server.Keys;

public sealed partial class KeyRing
{
    // Revoked here, not by their file: neither a file that could not be removed nor a copy of it brings them back while this server runs.
    private readonly HashSet<string> _barred = new(StringComparer.Ordinal);

    /// <summary>Accepts a key no more, under whatever name, and removes its file. A file that holds no usable key can be removed in the same way.</summary>
    /// <returns>Null if there is no key of that name.</returns>
    public KeyRevocation? Revoke(string name)
    {
        lock (_lock)
        {
            var key = _accepted.FirstOrDefault(a => a.Key.Name == name);
            var changes = key is null ? KeyChanges.None : Bar(key.Id);
            var isThere = TryRemove(name, out var problem);
            return isThere || key is not null ? new KeyRevocation(key?.Id, changes, _accepted.Count, problem, null) : null;
        }
    }

    /// <summary>Names of all files, also of those that hold no usable key.</summary>
    public IReadOnlyList<string> ListNames() => KeyFolder.List(_directory);

    // First it is forgotten, then its file removed: whatever the folder's medium says, nobody gets in with it any more.
    private KeyChanges Bar(string id)
    {
        _barred.Add(id);
        var before = _accepted;
        _accepted = [.. before.Where(a => a.Id != id)];
        _keys = [.. _accepted.Select(a => a.Key)];

        // Not disposed of before the folder changes again: somebody may be trying them this moment.
        AcceptedKey[] revoked = [.. before.Except(_accepted)];
        _retired.AddRange(revoked.Select(a => a.Key));
        return new KeyChanges([], revoked, []);
    }

    private bool TryRemove(string name, out string? problem)
    {
        try
        {
            problem = null;
            return KeyFolder.Revoke(_directory, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return true;
        }
    }

    private AcceptedKey? UnlessBarred(AcceptedKey key, List<string> problems)
    {
        if (!_barred.Contains(key.Id))
        {
            return key;
        }

        problems.Add($"{key.Stamp.Path}: this key was revoked; remove the file, or it is accepted again when the server starts anew");
        key.Key.Dispose();
        return null;
    }
}
