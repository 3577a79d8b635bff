namespace Stiefel.Attach.Agent;

/// <summary>Pauses that grow from a tenth of a second to two: quick after a short trouble, cheap in a long one.</summary>
internal sealed class Backoff
{
    internal static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private TimeSpan _next = First;

    /// <summary>Returns the pause to take now and doubles the next one.</summary>
    internal TimeSpan Next()
    {
        var now = _next;
        _next = now * 2 < Longest ? now * 2 : Longest;
        return now;
    }

    internal void Wait() => Thread.Sleep(Next());
}
