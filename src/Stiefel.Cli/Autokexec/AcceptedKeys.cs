using Stiefel.Cli.Keys;
using Stiefel.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>The keys that may call; looked up anew when the folder changes, so that a revoked one calls in vain at once.</summary>
internal sealed class AcceptedKeys(KeyDirectory directory)
{
    private IReadOnlyList<SharedKey> _keys = [];
    private DateTime _read;

    public IReadOnlyList<SharedKey> Current
    {
        get
        {
            // A file that comes or goes changes its folder (man 7 inode). The keys before are not disposed of: a call may be on its way.
            DateTime changed = Directory.GetLastWriteTimeUtc(directory.Path);
            if (changed != _read)
            {
                IReadOnlyList<SharedKey> before = _keys;
                _keys = [.. directory.List().Take(SharedKey.MaxAccepted).Select(name => Open(name, before))];
                _read = changed;
            }

            return _keys;
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
