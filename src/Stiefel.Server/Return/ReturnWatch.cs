using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;
using Stiefel.Server.Grants;
using Stiefel.Server.Sessions;

namespace Stiefel.Server.Return;

/// <summary>Makes the laptop leave by itself: after its desktop's goodbye, or when no desktop has come for the configured time.</summary>
public sealed class ReturnWatch(
    ReturnOptions options, WayHome wayHome, ReturnPermit permit, CleanEnds ends, IDiskGate gate, SessionTable sessions, BatteryStop battery, EventJournal journal, TimeProvider time, ILogger<ReturnWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    // The time that a session may take from its handshake to its grant and its first connection, while the payload's kernel starts.
    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(2);

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private string? _told;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(token))
        {
            if (Plan() is { } plan && await ActAsync(plan, token))
            {
                return;
            }
        }
    }

    /// <summary>When and why the laptop is to leave; null if there is no reason.</summary>
    internal DeparturePlan? Plan()
    {
        // A desktop that is away without a goodbye still has the disk, and one that lost it without a goodbye may still hold cached data of it.
        if (gate.Granted is not null || gate.WasTakenAway || battery.IsUnderWay)
        {
            return null;
        }

        // A desktop whose handshake came after the last end is about to be granted the disk.
        var last = ends.Last;
        var quietSince = sessions.Confirmed.Where(session => last is null || session.Since > last.At).Select(session => session.Since + s_startLimit)
            .Append(last?.At ?? _started).Max();
        if (last is not null && options.OnCleanEnd != WayOut.Wait)
        {
            return new DeparturePlan(quietSince + options.Delay, options.OnCleanEnd, $"the desktop at {last.Desktop} has ended");
        }

        return options.Idle is { } idle
            ? new DeparturePlan(quietSince + idle, options.OnCleanEnd == WayOut.Wait ? WayOut.Restart : options.OnCleanEnd, $"no desktop came for {idle.TotalMinutes:0} min")
            : null;
    }

    /// <returns>True if the laptop leaves.</returns>
    private async Task<bool> ActAsync(DeparturePlan plan, CancellationToken token)
    {
        if (permit.WhyNot is { } reason && plan.Way != WayOut.PowerOff)
        {
            TellOnce(reason, () => logger.Stays(reason), "waits", reason);
            return false;
        }

        var left = plan.At - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            if (left <= options.Delay)
            {
                var (word, seconds) = (WayHome.WordOf(plan.Way), left.TotalSeconds);
                var text = $"{plan.Because}: this laptop leaves soon ({word}), unless a desktop comes before";
                TellOnce($"{plan.At}", () => logger.WillLeave(plan.Because, seconds, word), "planned", text);
            }

            return false;
        }

        return (await wayHome.LeaveAsync(plan.Way, plan.Because, force: false, token)).Leaving is not null;
    }

    private void TellOnce(string what, Action log, string stage, string text)
    {
        if (_told != what)
        {
            _told = what;
            log();
            journal.Add(EventTopics.Return, stage, text);
        }
    }
}

/// <summary>A planned departure of the laptop.</summary>
/// <param name="At">When the laptop leaves.</param>
/// <param name="Way">How it leaves.</param>
/// <param name="Because">The reason, as one line for people.</param>
internal sealed record DeparturePlan(DateTimeOffset At, WayOut Way, string Because);
