using Stiefel.Linux.Power;
using Stiefel.Linux.Speaker;

namespace Stiefel.Server.Power;

/// <summary>Decides which tones to sound and when. Used under a lock.</summary>
internal sealed class AlarmPlan
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    private PowerState _state;
    private PowerState? _silencedAt;
    private PowerState? _test;
    private DateTimeOffset? _due;
    private bool _isFirst = true;

    /// <summary>True if a person silenced the present state.</summary>
    public bool IsSilenced => _silencedAt is not null;

    /// <summary>Takes over the present state; does nothing if it has not changed.</summary>
    public void Hear(PowerState state)
    {
        if (state == _state)
        {
            return;
        }

        // A laptop that starts on mains stays quiet, but the return of mains is sounded.
        var isOfInterest = state > PowerState.OnAc || !_isFirst;
        _isFirst = false;
        _state = state;
        if (state == PowerState.OnAc || state > _silencedAt)
        {
            _silencedAt = null;
        }

        _due = isOfInterest && !IsSilenced ? DateTimeOffset.MinValue : null;
    }

    /// <summary>Plans a state's pattern to sound once.</summary>
    public void Test(PowerState state) => _test = state;

    /// <summary>Silences the alarm until the state becomes worse, or ends the silence.</summary>
    public void Silence(bool silent)
    {
        _silencedAt = silent ? _state : null;
        _due = !silent && BeepPattern.Of(_state).Every is not null ? DateTimeOffset.MinValue : null;
        _test = null;
    }

    /// <summary>Takes the tones that are due now; if there are none, says how long to wait.</summary>
    public IReadOnlyList<Tone> TakeDue(DateTimeOffset now, out TimeSpan wait)
    {
        wait = s_long;
        if (_test is { } test)
        {
            _test = null;
            return BeepPattern.Of(test).Tones;
        }

        if (_due is not { } due)
        {
            return [];
        }

        if (due > now)
        {
            wait = due - now;
            return [];
        }

        var pattern = BeepPattern.Of(_state);
        _due = now + pattern.Every;
        return pattern.Tones;
    }
}
