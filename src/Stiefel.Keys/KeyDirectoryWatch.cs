using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>
/// Looks at a directory of keys repeatedly, and reads only files that are new or have changed. The caller decides what a change means for the users of a
/// key. Not thread-safe.
/// </summary>
public sealed class KeyDirectoryWatch
{
    // Largest number of looks in a row while a known key is missing.
    private const int Tries = 3;

    private readonly string _directory;
    private readonly Func<string, IReadOnlyList<KeyFileStamp>>? _list;
    private FileStamp? _directorySeen;
    private IReadOnlyList<KeyFileStamp>? _filesSeen;

    /// <param name="directory">The directory's path.</param>
    /// <param name="list">Lists the directory's key files; null for the built-in list, which reports a file that cannot be examined as a problem.</param>
    public KeyDirectoryWatch(string directory, Func<string, IReadOnlyList<KeyFileStamp>>? list = null)
    {
        _directory = directory;
        _list = list;
    }

    /// <summary>
    /// True if the next look may find something new. A new or deleted file changes the directory's time stamp (man 7 inode); a file that is written to, or
    /// whose owner or mode changes, does not, so each file is checked too. Cheap enough to be called for every datagram, as it lists no directory.
    /// </summary>
    public bool HasChanged()
    {
        if (_filesSeen is null || TryStamp(_directory) != _directorySeen)
        {
            return true;
        }

        foreach (var file in _filesSeen)
        {
            if (TryStamp(file.Path) != file.File)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Looks, and looks again if a known key is missing: a file that is being renamed may be seen under neither name.</summary>
    /// <param name="known">The keys of the previous look.</param>
    /// <exception cref="IOException">The directory cannot be read, so whether it holds keys is unknown.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory must not be read, so whether it holds keys is unknown.</exception>
    public KeyDirectoryLook Look(IReadOnlyList<ListedKey> known)
    {
        var look = LookOnce(known);
        for (var tries = Tries; tries > 1 && look.Misses(known); tries--)
        {
            look.Discard(known);
            look = LookOnce(known);
        }

        return look;
    }

    private KeyDirectoryLook LookOnce(IReadOnlyList<ListedKey> known)
    {
        var look = new KeyDirectoryLook();

        // Take the stamps before reading, so that the next look notices a change made meanwhile.
        (_directorySeen, _filesSeen) = (TryStamp(_directory), []);
        var files = _list?.Invoke(_directory) ?? List(_directory, look);
        _filesSeen = [.. files.Take(SharedKey.MaxAccepted)];
        if (!IsOursAlone(look))
        {
            look.IsDirectoryUnsafe = true;
            AddKnown(files, known, look);
            return look;
        }

        foreach (var file in _filesSeen)
        {
            if ((known.FirstOrDefault(key => key.Stamp == file) ?? TryRead(file, look)) is { } key)
            {
                look.Add(key);
            }
        }

        if (files.Count > SharedKey.MaxAccepted)
        {
            look.AddProblem($"{_directory} holds {files.Count} keys, but only the first {SharedKey.MaxAccepted} are accepted; revoke some that are no longer needed");
        }

        return look;
    }

    // In an unsafe directory accept no new key, because others may have put it there, and report no bad file either. A known key whose file is
    // gone is gone; one that was renamed, or whose mode is being corrected, is still the same key.
    private static void AddKnown(IReadOnlyList<KeyFileStamp> files, IReadOnlyList<ListedKey> known, KeyDirectoryLook look)
    {
        foreach (var key in known.Where(key => files.Contains(key.Stamp)))
        {
            look.Add(key);
        }

        var unsaid = new KeyDirectoryLook();
        foreach (var file in files.Where(file => known.All(key => key.Stamp != file)))
        {
            if (!look.Misses(known) || TryRead(file, unsaid) is not { } fresh)
            {
                continue;
            }

            if (look.Misses(known.Where(key => key.Id == fresh.Id)))
            {
                look.Add(fresh);
            }
            else
            {
                fresh.Key.Dispose();
            }
        }

        if (unsaid.Unread is { } unread)
        {
            look.AddUnread(unread);
        }
    }

    private static ListedKey? TryRead(KeyFileStamp file, KeyDirectoryLook look)
    {
        try
        {
            return ListedKey.Read(file);
        }
        catch (KeyFileException e)
        {
            // A file that is half written or was deleted meanwhile has another stamp at the next look.
            look.AddProblem(e.Message);
            if (e.InnerException is IOException and not (FileNotFoundException or DirectoryNotFoundException))
            {
                look.AddUnread(e);
            }

            return null;
        }
    }

    private bool IsOursAlone(KeyDirectoryLook look)
    {
        try
        {
            StoredKey.CheckDirectory(_directory);
            return true;
        }
        catch (KeyFileException e)
        {
            look.AddProblem(e.Message);
            return false;
        }
    }

    // A file that cannot be examined must not hide the others.
    private static IReadOnlyList<KeyFileStamp> List(string directory, KeyDirectoryLook look)
    {
        var unread = new SortedDictionary<string, LinuxException>(StringComparer.Ordinal);
        var files = KeyFileStamp.Of(directory, path =>
        {
            unread.Remove(path);
            try
            {
                return FileStamp.Of(path);
            }
            catch (LinuxException e)
            {
                unread[path] = e;
                return null;
            }
        });
        foreach (var error in unread.Values)
        {
            look.AddProblem(error.Message);
            look.AddUnread(error);
        }

        return files;
    }

    private static FileStamp? TryStamp(string path)
    {
        try
        {
            return FileStamp.Of(path);
        }
        catch (LinuxException)
        {
            return null;
        }
    }
}
