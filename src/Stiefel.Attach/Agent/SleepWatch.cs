using Stiefel.Linux.Kernel;
using Stiefel.Linux.Mounts;

namespace Stiefel.Attach.Agent;

/// <summary>
/// A card that is gone when this computer wakes, as some drivers and docks leave it: the system would wait for ever, and nothing on it can be read to say why.
/// It is said in the kernel's log, and the system is not put to sleep again.
/// </summary>
/// <param name="slept">Returns how long this computer has slept in all.</param>
/// <param name="milliseconds">A clock that counts milliseconds.</param>
/// <param name="isThere">Returns true if the card is there.</param>
/// <param name="refuse">Forbids the system to sleep; false if it could not.</param>
/// <param name="fail">Writes an error to the kernel's log.</param>
internal sealed class SleepWatch(Func<TimeSpan> slept, Func<long> milliseconds, Func<bool> isThere, Func<bool> refuse, Action<string> fail)
{
    /// <summary>Cards that are initialized anew, as on USB, take some seconds.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // man 5 systemd-sleep.conf; read each time before the system goes to sleep.
    private const string File = "systemd/sleep.conf.d/stiefel.conf";
    private const string Content = """
        # When this computer woke, the card was gone that this system's disk comes through. Remove this file to try again.
        [Sleep]
        AllowSuspend=no
        AllowHibernation=no
        AllowSuspendThenHibernate=no
        AllowHybridSleep=no

        """;

    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);

    // Total time of sleep when the card was last seen.
    private TimeSpan _before = slept();
    private long? _missingSince;
    private bool _isTold;

    internal SleepWatch(Func<bool> isThere, Action<string> fail)
        : this(() => SleepTime.Total, () => Environment.TickCount64, isThere, () => LaterRoot.IsThere && LaterRoot.TryPlaceInRun(File, Content), fail)
    {
    }

    /// <summary>Looks for the card after a sleep. Call it repeatedly; it costs nothing if the computer has not slept.</summary>
    internal void Look()
    {
        if (slept() - _before < s_shortest)
        {
            return;
        }

        if (isThere())
        {
            (_before, _missingSince) = (slept(), null);
            return;
        }

        _missingSince ??= milliseconds();
        if (!_isTold && milliseconds() - _missingSince >= (long)Patience.TotalMilliseconds)
        {
            _isTold = true;
            fail($"the card of the link is gone since this computer woke: plug it out and in again{(refuse() ? $"; sleep is refused from now on, by /run/{File}" : "")}");
        }
    }
}
