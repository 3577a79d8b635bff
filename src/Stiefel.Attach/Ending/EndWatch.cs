namespace Stiefel.Attach.Ending;

/// <summary>Watches the end of a system that may have to wait for its laptop: says so on the screen, and knows when to give up.</summary>
/// <param name="patience">How long it may take.</param>
/// <param name="say">Hears a line for the person.</param>
/// <param name="reason">What is being waited for.</param>
/// <param name="isPowerKeyPressed">Waits for the power key for a moment.</param>
/// <param name="milliseconds">A clock.</param>
internal sealed class EndWatch(TimeSpan patience, Action<string> say, Func<string> reason, Func<bool> isPowerKeyPressed, Func<long> milliseconds)
{
    /// <summary>How often it is said.</summary>
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>Null once the end is done; else why it was given up.</summary>
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
                say($"waiting, to leave the laptop's disk in order: {reason()} ({elapsed.TotalSeconds:0} s; the power key ends this, or {(patience - elapsed).TotalSeconds:0} s more)");
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
