using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Keys;

/// <summary>The keys this server accepts: one raw file NAME.key per stick, for its owner's eyes only. Thread-safe.</summary>
public sealed partial class KeyRing : IDisposable
{
    // Of a look that misses a key.
    private const int Tries = 3;

    private readonly string _directory;
    private readonly Func<string, IReadOnlyList<KeyFileStamp>> _look;
    private readonly Lock _lock = new();
    private readonly List<SharedKey> _retired = [];
    private volatile IReadOnlyList<AcceptedKey> _accepted;
    private volatile IReadOnlyList<SharedKey> _keys;

    private KeyRing(string directory, Func<string, IReadOnlyList<KeyFileStamp>> look, IReadOnlyList<AcceptedKey> accepted)
    {
        _directory = directory;
        _look = look;
        _accepted = accepted;
        _keys = [.. accepted.Select(a => a.Key)];
    }

    /// <summary>Those of now; at least one when the server starts.</summary>
    public IReadOnlyList<SharedKey> Keys => _keys;

    /// <summary>The same, with their names.</summary>
    public IReadOnlyList<AcceptedKey> Accepted => _accepted;

    /// <summary>Those of the folder that can be used. What is wrong with the others is said by the first <see cref="Refresh"/>: one bad file must not keep the disk from all other sticks.</summary>
    /// <exception cref="SettingsException">No key, none that can be used, or too many.</exception>
    public static KeyRing Load(string directory) => Load(directory, KeyFileStamp.Of);

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="directory">The folder.</param>
    /// <param name="look">What is in it.</param>
    internal static KeyRing Load(string directory, Func<string, IReadOnlyList<KeyFileStamp>> look)
    {
        if (!Directory.Exists(directory))
        {
            throw new SettingsException($"Keys:Directory = '{directory}': there is no such folder that this server can see; {HowToMakeOne(directory)}");
        }

        IReadOnlyList<KeyFileStamp> files;
        try
        {
            StoredKey.CheckFolder(directory);
            files = look(directory);
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

        return new KeyRing(directory, look, ReadUsable(files));
    }

    /// <summary>The name that tells a key from others without being a secret.</summary>
    public static string IdOf(SharedKey key) => DerivedCertificate.NameOf(key);

    /// <summary>Is it still accepted?</summary>
    public bool Accepts(string id) => _accepted.Any(a => a.Id == id);

    /// <summary>Looks at the folder again. A key that is gone, was replaced, or may have been read by others, is accepted no more.</summary>
    /// <exception cref="IOException">The folder or one of its files cannot be read; nothing changed.</exception>
    public KeyChanges Refresh()
    {
        lock (_lock)
        {
            var before = _accepted;
            var seen = Look(before);

            // A file that is renamed meanwhile may be seen under neither name, and to revoke a key ends its desktop's work.
            for (var tries = Tries; tries > 1 && seen.Misses(before); tries--)
            {
                seen.Discard(before);
                seen = Look(before);
            }

            if (seen.Unread is { } unread && seen.Misses(before))
            {
                seen.Discard(before);
                throw new IOException(unread.Message, unread);
            }

            return seen.Keys.SequenceEqual(before) ? KeyChanges.None with { Problems = seen.Problems } : Replace(before, seen.Keys, seen.Problems);
        }
    }

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

    private Seen Look(IReadOnlyList<AcceptedKey> before)
    {
        var files = _look(_directory);
        var seen = new Seen();
        if (!IsOursAlone(seen.Problems))
        {
            AddKnown(files, before, seen);
            return seen;
        }

        foreach (var file in files.Take(SharedKey.MaxAccepted))
        {
            if ((before.FirstOrDefault(a => a.Stamp == file) ?? TryRead(file, seen)) is { } key)
            {
                seen.Keys.Add(key);
            }
        }

        if (files.Count > SharedKey.MaxAccepted)
        {
            seen.Problems.Add($"{_directory} holds {files.Count} keys; only the first {SharedKey.MaxAccepted} are accepted");
        }

        return seen;
    }

    // Whose key a new one is, nobody knows, nor who put a bad file there. One that is gone is revoked all the same; one that was renamed, or whose rights
    // are being mended, is still the key that it was.
    private void AddKnown(IReadOnlyList<KeyFileStamp> files, IReadOnlyList<AcceptedKey> before, Seen seen)
    {
        seen.Keys.AddRange(before.Where(a => files.Contains(a.Stamp)));
        var unsaid = new Seen();
        foreach (var file in files.Where(file => before.All(a => a.Stamp != file)))
        {
            if (!seen.Misses(before) || TryRead(file, unsaid) is not { } fresh)
            {
                continue;
            }

            if (seen.Misses([.. before.Where(a => a.Id == fresh.Id)]))
            {
                seen.Keys.Add(fresh);
            }
            else
            {
                fresh.Key.Dispose();
            }
        }

        seen.Unread = unsaid.Unread;
    }

    // A renamed file is the same key under another name: its sessions go on.
    private KeyChanges Replace(IReadOnlyList<AcceptedKey> before, IReadOnlyList<AcceptedKey> now, IReadOnlyList<string> problems)
    {
        _accepted = now;
        _keys = [.. now.Select(a => a.Key)];

        // Whoever holds the list from before may still be trying its keys; those of the change before this one are free by now.
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

    private static List<AcceptedKey> ReadUsable(IReadOnlyList<KeyFileStamp> files)
    {
        var usable = new List<AcceptedKey>();
        KeyFileException? problem = null;
        foreach (var file in files)
        {
            try
            {
                usable.Add(Read(file));
            }
            catch (KeyFileException e)
            {
                problem ??= e;
            }
        }

        return usable.Count > 0 || problem is null ? usable : throw Wrong(problem, problem.Message);
    }

    private bool IsOursAlone(List<string> problems)
    {
        try
        {
            StoredKey.CheckFolder(_directory);
            return true;
        }
        catch (KeyFileException e)
        {
            problems.Add(e.Message);
            return false;
        }
    }

    private AcceptedKey? TryRead(KeyFileStamp file, Seen seen)
    {
        try
        {
            return UnlessBarred(Read(file), seen.Problems);
        }
        catch (KeyFileException e)
        {
            // Half written, or gone again: the next look finds another stamp.
            seen.Problems.Add(e.Message);
            seen.Unread ??= e.InnerException is IOException and not (FileNotFoundException or DirectoryNotFoundException) ? e : null;
            return null;
        }
    }

    private static AcceptedKey Read(KeyFileStamp file)
    {
        // By its name a key is revoked, here and from elsewhere.
        if (!KeyFolder.IsName(Path.GetFileNameWithoutExtension(file.Path)))
        {
            throw new KeyFileException(KeyFileProblem.NoKey,
                $"{file.Path}: a key of this name could not be revoked; rename the file to NAME{StoredKey.Extension}, where NAME is {KeyFolder.NameRule}");
        }

        if (!file.File.IsRegular)
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{file.Path}: a key is a regular file, and this is none, nor a link that leads to one");
        }

        try
        {
            using var stored = StoredKey.Read(file.Path);
            var key = stored.Open();
            return new AcceptedKey(key, IdOf(key), file);
        }
        catch (ArgumentException e)
        {
            throw new KeyFileException(KeyFileProblem.NoKey, $"{file.Path}: no usable key: {e.Message}", e);
        }
    }

    /// <summary>One look at the folder.</summary>
    private sealed class Seen
    {
        public List<AcceptedKey> Keys { get; } = [];

        /// <summary>Why other files hold no usable key.</summary>
        public List<string> Problems { get; } = [];

        /// <summary>A file of which the medium did not say what it holds: it may be any key.</summary>
        public KeyFileException? Unread { get; set; }

        public bool Misses(IReadOnlyList<AcceptedKey> before) => before.Any(b => Keys.All(a => a.Id != b.Id));

        /// <summary>Frees what was read now.</summary>
        public void Discard(IReadOnlyList<AcceptedKey> before)
        {
            foreach (var fresh in Keys.Except(before))
            {
                fresh.Key.Dispose();
            }
        }
    }
}
