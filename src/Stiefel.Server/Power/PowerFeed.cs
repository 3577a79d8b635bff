using Stiefel.Linux.Power;

namespace Stiefel.Server.Power;

/// <summary>The laptop's power state, with an event for its changes.</summary>
public sealed class PowerFeed(TimeProvider time)
{
    private static readonly PowerReading s_nothing = new(PowerState.Unknown, null, null, "not read yet", []);

    private volatile PowerMoment _latest = new(s_nothing, time.GetUtcNow());

    /// <summary>Raised when the state has changed. Runs on the monitor's thread, so handlers must return soon.</summary>
    public event Action<PowerMoment>? Changed;

    /// <summary>The state of the latest reading.</summary>
    public PowerMoment Latest => _latest;

    /// <summary>Publishes a reading.</summary>
    /// <returns>True if the state has changed.</returns>
    public bool Publish(PowerReading reading)
    {
        var before = _latest;
        var isOther = before.Reading.State != reading.State;
        var now = new PowerMoment(reading, isOther ? time.GetUtcNow() : before.Since);
        _latest = now;
        if (isOther)
        {
            Changed?.Invoke(now);
        }

        return isOther;
    }
}
