using Stiefel.Cli.Keys;
using Stiefel.Cli.Verbs;
using Stiefel.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>The keys that may call; looked up anew when the folder changes, so that a revoked one calls in vain at once.</summary>
/// <param name="directory">The folder.</param>
/// <param name="report">One line for each file that is no usable key; the others call all the same.</param>
internal sealed class AcceptedKeys(KeyDirectory directory, Action<string> report)
{
    // A file that is written to, or whose rights or owner are changed, does not change its folder. Strangers ask a thousand times a second.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(500);

    private IReadOnlyList<SharedKey> _keys = [];
    private IReadOnlyList<KeyFileStamp> _stamps = [];
    private DateTime _changed;
    private long _lookedAt;
    private bool _failed;

    public IReadOnlyList<SharedKey> Current
    {
        get
        {
            // A file that comes or goes changes its folder (man 7 inode). The keys before are not disposed of: a call may be on its way.
            DateTime changed = Directory.GetLastWriteTimeUtc(directory.Path);
            if (changed != _changed || Environment.TickCount64 - _lookedAt > s_lookAgain.TotalMilliseconds)
            {
                (_changed, _lookedAt) = (changed, Environment.TickCount64);
                Look();
            }

            return _keys;
        }
    }

    private void Look()
    {
        IReadOnlyList<KeyFileStamp> stamps = Stamps();
        if (!_failed && stamps.SequenceEqual(_stamps))
        {
            return;
        }

        IReadOnlyList<SharedKey> before = _keys;
        (_stamps, _failed) = (stamps, false);
        _keys = [.. directory.List().Take(SharedKey.MaxAccepted).Select(name => TryOpen(name, before)).OfType<SharedKey>()];
    }

    // One that cannot be looked at is said when it is opened.
    private IReadOnlyList<KeyFileStamp> Stamps()
    {
        try
        {
            return Directory.Exists(directory.Path) ? KeyFileStamp.Of(directory.Path, []) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private SharedKey? TryOpen(string name, IReadOnlyList<SharedKey> before)
    {
        try
        {
            return Open(name, before);
        }
        catch (Exception error) when (error is KeyFileException or VerbException or IOException or UnauthorizedAccessException)
        {
            // What else is wrong with a file is mended by a change of it, which its stamp tells.
            _failed |= error is not KeyFileException { Problem: not KeyFileProblem.Unreadable };
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
}
