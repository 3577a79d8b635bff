namespace Stiefel.Attach.Ending;

/// <summary>Watches a shutdown that may have to wait for the laptop: reports it on the screen, and decides when to give up.</summary>
/// <param name="patience">The longest time it may take.</param>
/// <param name="say">Writes a line for the person.</param>
/// <param name="reason">Returns what is being waited for.</param>
/// <param name="isPowerKeyPressed">Waits a moment for the power key; true if it was pressed.</param>
/// <param name="milliseconds">A clock that counts milliseconds.</param>
internal sealed class EndWatch(TimeSpan patience, Action<string> say, Func<string> reason, Func<bool> isPowerKeyPressed, Func<long> milliseconds)
{
    /// <summary>The time between two reports.</summary>
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>Waits until the shutdown is done and returns null, or returns why it was given up.</summary>
    internal string? WaitFor(Func<bool> isDone)
    {
        var began = milliseconds();
        var next = Every;
        while (!isDone())
        {
            var elapsed = TimeSpan.FromMilliseconds(milliseconds() - began);
            if (elapsed >= patience)
            {
                return $"after {patience.TotalSeconds:0} s: {reason()}";
            }

            if (elapsed >= next)
            {
                say($"waiting to leave the laptop's disk in order: {reason()} ({elapsed.TotalSeconds:0} s; the power key ends this, or {(patience - elapsed).TotalSeconds:0} s more)");
                next += Every;
            }

            if (isPowerKeyPressed())
            {
                return $"by the power key: {reason()}";
            }
        }

        return null;
    }
}
