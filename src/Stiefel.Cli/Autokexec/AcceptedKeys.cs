using Stiefel.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Autokexec;

/// <summary>The keys that may call; looked up anew when the directory or a key's file changes, so that a revoked one calls in vain at once.</summary>
/// <param name="directory">The directory's path.</param>
/// <param name="report">One line for each file that is no usable key; the others call all the same.</param>
internal sealed class AcceptedKeys(string directory, Action<string> report)
{
    // What could not be used is tried again, also if nothing is seen to change.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(1);

    private readonly KeyDirectoryWatch _watch = new(directory);
    private IReadOnlyList<ListedKey> _known = [];
    private IReadOnlyList<SharedKey> _keys = [];
    private IReadOnlyList<string> _problems = [];
    private bool _looked;
    private long _lookedAt;

    /// <summary>The keys that may call now.</summary>
    /// <exception cref="IOException">The directory cannot be read: then nobody may call.</exception>
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

            // Unlike a server, which ends a desktop's work with it, this loses nothing if it forgets what it cannot be sure of.
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

        // The keys before are not disposed of: a call may be on its way.
        (_known, _problems) = (known, problems);
        _keys = [.. known.Select(key => key.Key)];
    }
}
