using Stiefel.Linux.Power;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Notices;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;
using Stiefel.Server.Grants;
using Stiefel.Server.Notices;
using Stiefel.Server.Power;

namespace Stiefel.Server.Return;

/// <summary>
/// Shuts everything down properly before the battery is empty (Power:StopAtCritical): announces it, asks the desktop to switch itself off, waits for its goodbye, and
/// switches the laptop off. Plugging in mains cancels this, but a desktop that was already asked switches itself off all the same. A connected desktop is never cut off: what it still
/// writes is worth more than the last minutes of the battery. A disconnected one has until <see cref="Limit"/>; then the laptop closes its disk with
/// everything that was acknowledged on the medium, which an empty battery would not ensure.
/// </summary>
public sealed class BatteryStop(
    PowerOptions options, PowerFeed feed, DesktopNotices notices, WayHome wayHome, IDiskGate gate, NbdServer nbd, EventJournal journal, TimeProvider time, ILogger<BatteryStop> logger)
    : BackgroundService
{
    private const string Because = "its battery is nearly empty";

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private DateTimeOffset? _announced;
    private DateTimeOffset? _asked;
    private bool _isPatient;

    /// <summary>How long to wait after asking the desktop to switch itself off; tests set less.</summary>
    internal TimeSpan Limit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>True once the stop has been announced; the laptop then does not leave for other reasons.</summary>
    public bool IsUnderWay => _announced is not null;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(token) && !await StepAsync(token))
        {
        }
    }

    /// <returns>True if the laptop leaves.</returns>
    private async Task<bool> StepAsync(CancellationToken token)
    {
        if (feed.Latest.Reading.State != PowerState.Critical)
        {
            CallOff();
            return false;
        }

        if (_announced is not { } announced)
        {
            _announced = time.GetUtcNow();
            Tell(NoticeKind.Warning, "announced", $"the laptop's battery is nearly empty: this desktop is switched off in {options.StopDelay.TotalSeconds:0} s, and then the laptop, unless its adapter is plugged in before");
            return false;
        }

        if (time.GetUtcNow() < announced + options.StopDelay)
        {
            return false;
        }

        return gate.Granted is null ? await LeaveAsync(force: false, token) : await EndDesktopsAsync(token);
    }

    private void CallOff()
    {
        if (_announced is not null)
        {
            var wasAsked = _asked is not null;
            (_announced, _asked, _isPatient) = (null, null, false);
            Tell(NoticeKind.Warning, "called-off", wasAsked
                ? "the laptop's battery is no longer nearly empty: it stays on, even if this desktop has switched itself off"
                : "the laptop's battery is no longer nearly empty: nothing is switched off");
        }
    }

    private async Task<bool> EndDesktopsAsync(CancellationToken token)
    {
        if (_asked is not { } asked)
        {
            _asked = time.GetUtcNow();
            Tell(NoticeKind.PowerOff, "desktop-asked", "the laptop's battery is nearly empty: this desktop switches itself off now");
            return false;
        }

        if (time.GetUtcNow() < asked + Limit)
        {
            return false;
        }

        if (nbd.Connections.Count == 0)
        {
            return await LeaveAsync(force: true, token);
        }

        if (!_isPatient)
        {
            _isPatient = true;
            Tell(NoticeKind.Warning, "desktop-stays", "the laptop's battery is nearly empty, and this desktop still uses its disk: the laptop goes on until the battery is empty");
        }

        return false;
    }

    private async Task<bool> LeaveAsync(bool force, CancellationToken token) => (await wayHome.LeaveAsync(WayOut.PowerOff, Because, force, token)).Leaving is not null;

    private void Tell(NoticeKind kind, string stage, string text)
    {
        logger.BatteryStops(text);
        journal.Add(EventTopics.Power, stage, text);
        notices.Tell(kind, text);
    }
}
