using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Keys;

/// <summary>The keys that this server accepts: one raw file NAME.key per stick, readable by its owner only. Thread-safe.</summary>
public sealed class KeyRing : IDisposable
{
    private readonly string _directory;
    private readonly KeyDirectoryWatch _watch;
    private readonly Lock _lock = new();
    private readonly List<SharedKey> _retired = [];
    private volatile IReadOnlyList<ListedKey> _accepted;
    private volatile IReadOnlyList<SharedKey> _keys;

    // Keys revoked through this server: while it runs, neither a file that could not be removed nor a copy brings them back.
    private readonly HashSet<string> _barred = new(StringComparer.Ordinal);

    // Names of barred keys whose files are just being removed: their files are not reported as a problem yet.
    private readonly HashSet<string> _leaving = new(StringComparer.Ordinal);

    private KeyRing(string directory, KeyDirectoryWatch watch, IReadOnlyList<ListedKey> accepted)
    {
        _directory = directory;
        _watch = watch;
        _accepted = accepted;
        _keys = [.. accepted.Select(a => a.Key)];
    }

    /// <summary>The keys that are accepted now; at least one when the server starts.</summary>
    public IReadOnlyList<SharedKey> Keys => _keys;

    /// <summary>The accepted keys with their ids and files.</summary>
    public IReadOnlyList<ListedKey> Accepted => _accepted;

    /// <summary>Loads the usable keys of the directory. The first <see cref="Refresh"/> reports the others, because one bad file must not lock out all other sticks.</summary>
    /// <exception cref="SettingsException">There is no key, none that can be used, or there are too many.</exception>
    public static KeyRing Load(string directory) => Load(directory, list: null);

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="directory">The directory.</param>
    /// <param name="list">Lists the directory's files; null for the default.</param>
    internal static KeyRing Load(string directory, Func<string, IReadOnlyList<KeyFileStamp>>? list)
    {
        if (!Directory.Exists(directory))
        {
            throw new SettingsException($"Keys:Directory = '{directory}': there is no such directory that this server can see; {HowToMakeOne(directory)}");
        }

        IReadOnlyList<KeyFileStamp> files;
        try
        {
            StoredKey.CheckDirectory(directory);
            files = (list ?? KeyFileStamp.Of)(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"Keys:Directory = '{directory}': cannot be read: {e.Message}");
        }
        catch (KeyFileException e)
        {
            throw Wrong(e, $"Keys:Directory = '{directory}': {e.Message}");
        }

        if (files.Count is 0 or > SharedKey.MaxAccepted)
        {
            throw new SettingsException($"Keys:Directory = '{directory}': holds {files.Count} files *{StoredKey.Extension}, expected 1 to {SharedKey.MaxAccepted}; {HowToMakeOne(directory)}");
        }

        return new KeyRing(directory, new KeyDirectoryWatch(directory, list), ReadUsable(files));
    }

    /// <summary>A name that identifies a key and is not secret.</summary>
    public static string IdOf(SharedKey key) => DerivedCertificate.NameOf(key);

    /// <summary>True if the key with this id is still accepted.</summary>
    public bool Accepts(string id) => _accepted.Any(a => a.Id == id);

    /// <summary>Checks the directory again. A key that is gone, was replaced, or may have been read by others is no longer accepted.</summary>
    /// <exception cref="IOException">The directory or one of its files cannot be read; nothing changed.</exception>
    public KeyChanges Refresh()
    {
        lock (_lock)
        {
            var before = _accepted;
            var look = _watch.Look(before);

            // Change nothing if files could not be read, because revoking a key ends its desktop's work.
            if (look.Unread is { } unread && look.Misses(before))
            {
                look.Discard(before);
                throw new IOException(unread.Message, unread);
            }

            List<string> problems = [.. look.Problems];
            ListedKey[] now = [.. look.Keys.Where(key => !IsBarred(key, problems))];
            return now.SequenceEqual(before) ? KeyChanges.None with { Problems = problems } : Replace(before, now, problems);
        }
    }

    /// <summary>Wipes all keys.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _retired.ForEach(k => k.Dispose());
            foreach (var accepted in _accepted)
            {
                accepted.Key.Dispose();
            }
        }
    }

    // A renamed file is the same key under another name, so its sessions continue.
    private KeyChanges Replace(IReadOnlyList<ListedKey> before, IReadOnlyList<ListedKey> now, IReadOnlyList<string> problems)
    {
        _accepted = now;
        _keys = [.. now.Select(a => a.Key)];

        // Code that holds the previous list may still be using its keys; the keys retired by the change before are unused by now.
        _retired.ForEach(k => k.Dispose());
        _retired.Clear();
        _retired.AddRange(before.Except(now).Select(a => a.Key));
        return new KeyChanges(
            [.. now.Where(a => before.All(b => b.Id != a.Id))],
            [.. before.Where(b => now.All(a => a.Id != b.Id))],
            problems);
    }

    private static string HowToMakeOne(string directory) =>
        $"make a key with: stiefel key new NAME{(directory == ServerOptions.DefaultKeysDirectory ? "" : $" --directory {directory}")}";

    private static SettingsException Wrong(KeyFileException e, string message) =>
        e.Problem == KeyFileProblem.Unsafe ? new UnsafeSettingsException(message) : new SettingsException(message);

    private static List<ListedKey> ReadUsable(IReadOnlyList<KeyFileStamp> files)
    {
        var usable = new List<ListedKey>();
        KeyFileException? problem = null;
        foreach (var file in files)
        {
            try
            {
                usable.Add(ListedKey.Read(file));
            }
            catch (KeyFileException e)
            {
                problem ??= e;
            }
        }

        return usable.Count > 0 || problem is null ? usable : throw Wrong(problem, problem.Message);
    }

    // Revocation

    /// <summary>
    /// Stops accepting a key under any name. Call this before <see cref="RemoveFile"/>: however long the directory's medium takes and whatever it
    /// reports, the key gives no access any more.
    /// </summary>
    public KeyChanges Bar(string name)
    {
        lock (_lock)
        {
            _leaving.Add(name);
            return _accepted.FirstOrDefault(a => a.Key.Name == name) is { } key ? BarId(key.Id) : KeyChanges.None;
        }
    }

    /// <summary>Removes the file of a barred key, or a file that holds no usable key. Other keys can be revoked meanwhile.</summary>
    /// <param name="name">The key's name.</param>
    /// <param name="problem">Why the file may still exist; null if it is gone.</param>
    /// <returns>False if there was no file.</returns>
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

    /// <summary>The names of all key files, even of those that hold no usable key.</summary>
    public IReadOnlyList<string> ListNames() => KeyFiles.List(_directory);

    private KeyChanges BarId(string id)
    {
        _barred.Add(id);
        var before = _accepted;
        _accepted = [.. before.Where(a => a.Id != id)];
        _keys = [.. _accepted.Select(a => a.Key)];

        // Keep them until the directory changes again, because a handshake may be using them at this moment.
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
            problems.Add($"{key.Stamp.Path}: this key was revoked; remove the file, or the key is accepted again when the server restarts");
        }

        key.Key.Dispose();
        return true;
    }
}
