using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>The keys that may call; looked up anew when the folder or a key's file changes, so that a revoked one calls in vain at once.</summary>
/// <param name="directory">The folder.</param>
/// <param name="report">One line for each file that is no usable key; the others call all the same.</param>
internal sealed class AcceptedKeys(KeyDirectory directory, Action<string> report)
{
    // What could not be used is tried again, also if nothing is seen to change.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(1);

    private IReadOnlyList<SharedKey> _keys = [];
    private Seen[] _seen = [];
    private bool _read;
    private long _failedAt;
    private bool _failed;

    public IReadOnlyList<SharedKey> Current
    {
        get
        {
            if (!_read || HasChanged() || (_failed && Environment.TickCount64 - _failedAt > s_lookAgain.TotalMilliseconds))
            {
                // The keys before are not disposed of: a call may be on its way.
                IReadOnlyList<SharedKey> before = _keys;
                (_read, _failed, _failedAt) = (true, false, Environment.TickCount64);

                // The stamps are of before the reading: what changes meanwhile is read again.
                var folder = Seen.Of(directory.Path);
                string[] names = [.. directory.List().Take(SharedKey.MaxAccepted)];
                _seen = [folder, .. names.Select(name => Seen.Of(KeyFolder.FileOf(directory.Path, name)))];
                _keys = [.. names.Select(name => TryOpen(name, before)).OfType<SharedKey>()];
            }

            return _keys;
        }
    }

    // A file that comes or goes changes its folder (man 7 inode); one that is written to, or whose owner or rights change, does not. This is asked for
    // each datagram, so the folder is not listed for it.
    private bool HasChanged()
    {
        foreach (Seen seen in _seen)
        {
            if (Seen.Of(seen.Path) != seen)
            {
                return true;
            }
        }

        return false;
    }

    private SharedKey? TryOpen(string name, IReadOnlyList<SharedKey> before)
    {
        try
        {
            return Open(name, before);
        }
        catch (Exception error) when (error is KeyFileException or VerbException or IOException or UnauthorizedAccessException)
        {
            _failed = true;
            report(error.Message);
            return null;
        }
    }

    // The same object for the same file name and content: a challenge that is out remembers its key.
    private SharedKey Open(string name, IReadOnlyList<SharedKey> before)
    {
        using StoredKey stored = directory.Load(name);
        SharedKey key = stored.Open();
        return before.FirstOrDefault(known => known.Name == key.Name && Same(known, key)) ?? key;
    }

    private static bool Same(SharedKey one, SharedKey other)
    {
        Span<byte> derived = stackalloc byte[2 * SharedKey.Size];
        one.Derive(KeyPurpose.Discovery, [], derived[..SharedKey.Size]);
        other.Derive(KeyPurpose.Discovery, [], derived[SharedKey.Size..]);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(derived[..SharedKey.Size], derived[SharedKey.Size..]);
    }

    /// <summary>The folder or a file in it; no stamp if it cannot be looked at, which is for <see cref="TryOpen"/> to say.</summary>
    private readonly record struct Seen(string Path, FileStamp? Stamp)
    {
        public static Seen Of(string path)
        {
            try
            {
                return new Seen(path, FileStamp.Of(path));
            }
            catch (LinuxException)
            {
                return new Seen(path, null);
            }
        }
    }
}
