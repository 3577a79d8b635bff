using Stiefel.Linux.Power;
using Stiefel.Linux.Speaker;

namespace Stiefel.Server.Power;

/// <summary>What is to be heard, and when. Used under a lock.</summary>
internal sealed class AlarmPlan
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    private PowerState _state;
    private PowerState? _silencedAt;
    private PowerState? _test;
    private DateTimeOffset? _due;
    private bool _isFirst = true;

    /// <summary>The present state makes no sound, because somebody wanted it so.</summary>
    public bool IsSilenced => _silencedAt is not null;

    /// <summary>The state is another.</summary>
    public void Hear(PowerState state)
    {
        if (state == _state)
        {
            return;
        }

        // A laptop on mains, as it should be, says nothing of it; that it is there again, it does.
        var isOfInterest = state > PowerState.OnAc || !_isFirst;
        _isFirst = false;
        _state = state;
        if (state == PowerState.OnAc || state > _silencedAt)
        {
            _silencedAt = null;
        }

        _due = isOfInterest && !IsSilenced ? DateTimeOffset.MinValue : null;
    }

    /// <summary>A state's pattern shall sound once.</summary>
    public void Test(PowerState state) => _test = state;

    /// <summary>Nothing shall sound until it becomes worse; or all again.</summary>
    public void Silence(bool silent)
    {
        _silencedAt = silent ? _state : null;
        _due = !silent && BeepPattern.Of(_state).Every is not null ? DateTimeOffset.MinValue : null;
        _test = null;
    }

    /// <summary>What is to sound now; if nothing, how long nothing will.</summary>
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
