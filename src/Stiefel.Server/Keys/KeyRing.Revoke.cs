using Stiefel.Keys;

namespace Stiefel.Server.Keys;

public sealed partial class KeyRing
{
    // Revoked here, not by their file: neither a file that could not be removed nor a copy of it brings them back while this server runs.
    private readonly HashSet<string> _barred = new(StringComparer.Ordinal);

    // Barred, and their files are being removed this moment: nothing is to be said of those yet.
    private readonly HashSet<string> _leaving = new(StringComparer.Ordinal);

    /// <summary>
    /// Accepts a key no more, under whatever name. First this, then <see cref="RemoveFile"/>: however long the directory's medium takes, and whatever it
    /// says, nobody gets in with it any more.
    /// </summary>
    public KeyChanges Bar(string name)
    {
        lock (_lock)
        {
            _leaving.Add(name);
            return _accepted.FirstOrDefault(a => a.Key.Name == name) is { } key ? BarId(key.Id) : KeyChanges.None;
        }
    }

    /// <summary>Removes the file of a key that was barred, or of none that can be used. Others can be revoked meanwhile.</summary>
    /// <param name="name">The key's.</param>
    /// <param name="problem">Why it may still be there; null if it is gone.</param>
    /// <returns>False if there was none.</returns>
    public bool RemoveFile(string name, out string? problem)
    {
        try
        {
            problem = null;
            return KeyFiles.Revoke(_directory, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return true;
        }
        finally
        {
            lock (_lock)
            {
                _leaving.Remove(name);
            }
        }
    }

    /// <summary>Names of all files, also of those that hold no usable key.</summary>
    public IReadOnlyList<string> ListNames() => KeyFiles.List(_directory);

    private KeyChanges BarId(string id)
    {
        _barred.Add(id);
        var before = _accepted;
        _accepted = [.. before.Where(a => a.Id != id)];
        _keys = [.. _accepted.Select(a => a.Key)];

        // Not disposed of before the directory changes again: somebody may be trying them this moment.
        ListedKey[] revoked = [.. before.Except(_accepted)];
        _retired.AddRange(revoked.Select(a => a.Key));
        return new KeyChanges([], revoked, []);
    }

    private bool IsBarred(ListedKey key, List<string> problems)
    {
        if (!_barred.Contains(key.Id))
        {
            return false;
        }

        if (!_leaving.Contains(key.Key.Name))
        {
            problems.Add($"{key.Stamp.Path}: this key was revoked; remove the file, or it is accepted again when the server starts anew");
        }

        key.Key.Dispose();
        return true;
    }
}
