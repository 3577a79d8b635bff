using Stiefel.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>The keys that may call. They are read again whenever the directory or a key's file changes, so that a revoked key is refused at once.</summary>
/// <param name="directory">The directory's path.</param>
/// <param name="report">Receives one line for each file that is not a usable key; the other keys may still call.</param>
internal sealed class AcceptedKeys(string directory, Action<string> report)
{
    // Retry files that could not be used, even if no change is seen.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(1);

    private readonly KeyDirectoryWatch _watch = new(directory);
    private IReadOnlyList<ListedKey> _known = [];
    private IReadOnlyList<SharedKey> _keys = [];
    private IReadOnlyList<string> _problems = [];
    private bool _looked;
    private long _lookedAt;

    /// <summary>The keys that may call now.</summary>
    /// <exception cref="IOException">The directory cannot be read, so nobody may call.</exception>
    public IReadOnlyList<SharedKey> Current
    {
        get
        {
            if (!_looked || _watch.HasChanged() || (_problems.Count > 0 && Environment.TickCount64 - _lookedAt > s_lookAgain.TotalMilliseconds))
            {
                _looked = false;
                Look();
                (_looked, _lookedAt) = (true, Environment.TickCount64);
            }

            return _keys;
        }
    }

    private void Look()
    {
        IReadOnlyList<ListedKey> known = [];
        IReadOnlyList<string> problems = [];
        try
        {
            var look = _watch.Look(_known);

            // Drop all keys of an unsafe directory. A server keeps them, because it would end desktops' work; here nothing is lost.
            known = look.IsDirectoryUnsafe ? [] : look.Keys;
            problems = look.Problems;
        }
        catch (DirectoryNotFoundException)
        {
            // There is no key yet.
        }

        foreach (var problem in problems.Except(_problems))
        {
            report(problem);
        }

        // Do not dispose of the previous keys: a call may still be using them.
        (_known, _problems) = (known, problems);
        _keys = [.. known.Select(key => key.Key)];
    }
}
