using Stiefel.Linux.Power;
using Stiefel.Linux.Speaker;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Power;

/// <summary>
/// Signals the laptop's power state by beeps and keyboard lights: when it changes, repeatedly while it is bad, and as a test. A server that
/// was killed may have left a tone or a light on, so the next one turns both off first.
/// </summary>
public sealed class PowerAlarm(PowerOptions options, PowerFeed feed, TimeProvider time, ILogger<PowerAlarm> logger) : BackgroundService
{
    private readonly PcSpeaker _speaker = new(options.Inputs);
    private readonly KeyboardLights _lights = new(options.Lights);
    private readonly Lock _lock = new();
    private readonly AlarmPlan _plan = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The alarm's settings and state.</summary>
    public AlarmStatus Status
    {
        get
        {
            lock (_lock)
            {
                return new AlarmStatus(options.Beep, _speaker.IsThere, _plan.IsSilenced);
            }
        }
    }

    /// <summary>Sounds a state's pattern once, whether the alarm is silenced or not.</summary>
    public void Test(PowerState state) => Change(plan => plan.Test(state));

    /// <summary>Silences the alarm until the state becomes worse or the laptop is on mains again, or ends the silence.</summary>
    public void Silence(bool silent) => Change(plan => plan.Silence(silent));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        if (!options.Beep)
        {
            return;
        }

        feed.Changed += Hear;
        try
        {
            BeQuiet();
            Hear(feed.Latest);
            while (true)
            {
                await TryPlayNextAsync(token);
            }
        }
        finally
        {
            feed.Changed -= Hear;
            BeQuiet();
        }
    }

    private void Hear(PowerMoment moment) => Change(plan => plan.Hear(moment.Reading.State));

    private void Change(Action<AlarmPlan> change)
    {
        lock (_lock)
        {
            change(_plan);
            _changed.TrySetResult();
        }
    }

    private async Task TryPlayNextAsync(CancellationToken token)
    {
        var (tones, wait, changed) = Next();
        try
        {
            if (tones.Count > 0)
            {
                await PlayAsync(tones, changed, token);
            }
            else
            {
                await changed.WaitAsync(wait, time, token);
            }
        }
        catch (TimeoutException)
        {
            // The next tone is due.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Go on with the plan; the next beep may work.
            logger.BeepFailed(e);
        }

        token.ThrowIfCancellationRequested();
    }

    private (IReadOnlyList<Tone> Tones, TimeSpan Wait, Task Changed) Next()
    {
        lock (_lock)
        {
            if (_changed.Task.IsCompleted)
            {
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            var tones = _plan.TakeDue(time.GetUtcNow(), out var wait);
            return (tones, wait, _changed.Task);
        }
    }

    /// <summary>Plays a pattern until it is over or the plan changes.</summary>
    private async Task PlayAsync(IReadOnlyList<Tone> tones, Task changed, CancellationToken token)
    {
        foreach (var tone in tones)
        {
            if (changed.IsCompleted)
            {
                return;
            }

            _lights.Light();
            try
            {
                await _speaker.PlayAsync(tone with { Pause = TimeSpan.Zero }, token);
            }
            finally
            {
                _lights.Restore();
            }

            await Task.Delay(tone.Pause, token);
        }
    }

    private void BeQuiet()
    {
        _speaker.Silence();
        _lights.Restore();
    }
}
