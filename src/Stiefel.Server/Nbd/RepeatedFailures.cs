namespace Stiefel.Server.Nbd;

/// <summary>
/// Says whether a failure of a disk is news: a disk that is full, or broken, fails every write, and a line for each would bury
/// the first. Thread-safe.
/// </summary>
public sealed class RepeatedFailures(TimeProvider time)
{
    /// <summary>How long the like of a failure is not told again.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private const int MaxKinds = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Label, string Kind), DateTimeOffset> _silentUntil = [];

    /// <param name="label">The export.</param>
    /// <param name="kind">What repeats itself.</param>
    public bool IsNews(string label, string kind)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_silentUntil.TryGetValue((label, kind), out var until) && now < until)
            {
                return false;
            }

            if (_silentUntil.Count >= MaxKinds)
            {
                _silentUntil.Clear();
            }

            _silentUntil[(label, kind)] = now + Silence;
            return true;
        }
    }
}
