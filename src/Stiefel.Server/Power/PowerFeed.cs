using Stiefel.Linux.Power;

namespace Stiefel.Server.Power;

/// <summary>What the laptop lives on, now and when it changes.</summary>
public sealed class PowerFeed(TimeProvider time)
{
    private static readonly PowerReading s_nothing = new(PowerState.Unknown, null, null, "nobody has looked yet", []);

    private volatile PowerMoment _latest = new(s_nothing, time.GetUtcNow());

    /// <summary>The state became another. Called by the one who looks: return soon.</summary>
    public event Action<PowerMoment>? Changed;

    /// <summary>As it was at the latest look.</summary>
    public PowerMoment Latest => _latest;

    /// <summary>Takes a reading over.</summary>
    /// <returns>True if the state is another now.</returns>
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
