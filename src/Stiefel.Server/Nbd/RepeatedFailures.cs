namespace Stiefel.Server.Nbd;

/// <summary>
/// Decides whether a disk's failure should be reported: a full or broken disk fails every write, and a line for each would bury
/// the first. Thread-safe.
/// </summary>
public sealed class RepeatedFailures(TimeProvider time)
{
    /// <summary>How long failures of the same kind are not reported again.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private const int MaxKinds = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Label, string Kind), DateTimeOffset> _silentUntil = [];

    /// <param name="label">The export.</param>
    /// <param name="kind">The kind of failure.</param>
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
