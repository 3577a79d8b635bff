namespace Stiefel.Attach.Console;

/// <summary>Reports what is being waited for: after a first moment, because most waits are short, then at every change and at intervals.</summary>
internal sealed class WaitingReport
{
    private readonly Action<string> _say;
    private readonly Func<long> _milliseconds;
    private readonly long _grace;
    private readonly long _longest;
    private readonly long _began;
    private long _repeat;
    private long _next;
    private string? _last;
    private volatile string _reason = "";

    private WaitingReport(Action<string> say, TimeSpan grace, TimeSpan repeat, TimeSpan longest, Func<long> milliseconds)
    {
        _say = say;
        _milliseconds = milliseconds;
        _grace = (long)grace.TotalMilliseconds;
        _repeat = (long)repeat.TotalMilliseconds;
        _longest = (long)longest.TotalMilliseconds;
        _began = milliseconds();
    }

    /// <summary>Repeats every five seconds, for a person who sees nothing else on the screen.</summary>
    internal static WaitingReport WhileBooting(AttachLog log) => WhileBooting(log.Say, () => Environment.TickCount64);

    internal static WaitingReport WhileBooting(Action<string> say, Func<long> milliseconds) =>
        new(say, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), milliseconds);

    /// <summary>Repeats after two seconds at first and every ten minutes in the end, so that a night without the cable does not fill the kernel's log.</summary>
    internal static WaitingReport WhileRunning(AttachLog log) => WhileRunning(log.Say, () => Environment.TickCount64);

    internal static WaitingReport WhileRunning(Action<string> say, Func<long> milliseconds) =>
        new(say, TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10), milliseconds);

    /// <summary>The time since the wait began.</summary>
    internal TimeSpan Elapsed => TimeSpan.FromMilliseconds(_milliseconds() - _began);

    /// <summary>True once anything had to be waited for.</summary>
    internal bool HasWaited { get; private set; }

    /// <summary>The last reason, whether it was reported or not; empty if there was none. Any thread may ask.</summary>
    internal string Reason => _reason;

    internal void Say(string reason)
    {
        HasWaited = true;
        _reason = reason;
        var now = _milliseconds();
        if (now - _began < _grace || (reason == _last && now < _next))
        {
            return;
        }

        _say($"waiting: {reason}");
        if (reason == _last)
        {
            _repeat = Math.Min(_repeat * 2, _longest);
        }

        _last = reason;
        _next = now + _repeat;
    }
}
