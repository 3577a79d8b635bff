using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>
/// Looks at a directory of keys again and again, and reads what it has not read in this state. What a change means for who uses a key is the caller's to
/// decide. Not thread-safe.
/// </summary>
public sealed class KeyDirectoryWatch
{
    // A look that misses a known key is repeated up to this often in all.
    private const int Tries = 3;

    private readonly string _directory;
    private readonly Func<string, IReadOnlyList<KeyFileStamp>>? _list;
    private FileStamp? _directorySeen;
    private IReadOnlyList<KeyFileStamp>? _filesSeen;

    /// <param name="directory">Its path.</param>
    /// <param name="list">What is in it; null for a look of its own, to which a file that cannot be looked at is one problem among others.</param>
    public KeyDirectoryWatch(string directory, Func<string, IReadOnlyList<KeyFileStamp>>? list = null)
    {
        _directory = directory;
        _list = list;
    }

    /// <summary>
    /// May the next look find something else than the last? A file that comes or goes changes its directory (man 7 inode); one that is written to, or whose
    /// owner or rights change, does not. The directory is not listed for this, so it can be asked for each datagram.
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

    /// <summary>Looks, and looks a second time if a known key is not found: a file that is renamed meanwhile may be seen under neither name.</summary>
    /// <param name="known">Keys of the look before.</param>
    /// <exception cref="IOException">The directory cannot be read; that does not say that there is no key.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
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

        // Stamps are of before the reading: what changes meanwhile is another state at the next look.
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
            look.AddProblem($"{_directory} holds {files.Count} keys; only the first {SharedKey.MaxAccepted} are accepted");
        }

        return look;
    }

    // An unsafe directory accepts no new key and hides no bad file: others may have put it there. A known key that is gone is gone; one that was
    // renamed, or whose rights are being mended, is still the same key.
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
            // Half written, or gone again: the next look finds another stamp.
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

    // One that cannot be looked at is no reason to know nothing of the others.
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
