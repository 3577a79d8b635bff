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
    // A file that is being written, or whose rights are being mended, need not change its folder.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(1);


    private IReadOnlyList<SharedKey> _keys = [];
    private DateTime _read;
    private long _failedAt;
    private bool _failed;

    public IReadOnlyList<SharedKey> Current
    {
        get
        {
            // A file that comes or goes changes its folder (man 7 inode). The keys before are not disposed of: a call may be on its way.
            DateTime changed = Directory.GetLastWriteTimeUtc(directory.Path);
            if (changed != _read || (_failed && Environment.TickCount64 - _failedAt > s_lookAgain.TotalMilliseconds))
            {
                IReadOnlyList<SharedKey> before = _keys;
                (_read, _failed, _failedAt) = (changed, false, Environment.TickCount64);
                _keys = [.. directory.List().Take(SharedKey.MaxAccepted).Select(name => TryOpen(name, before)).OfType<SharedKey>()];
            }

            return _keys;
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
}
