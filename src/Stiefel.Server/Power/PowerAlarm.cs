using Stiefel.Linux.Power;
using Stiefel.Linux.Speaker;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Power;

/// <summary>
/// Beeps and flashes what the laptop lives on: when it changes, again and again while it is bad, and when somebody wants to hear it. A server that
/// was killed may have left a sound or a light: the next one ends both before anything else.
/// </summary>
public sealed class PowerAlarm(PowerOptions options, PowerFeed feed, TimeProvider time, ILogger<PowerAlarm> logger) : BackgroundService
{
    private readonly PcSpeaker _speaker = new(options.Inputs);
    private readonly KeyboardLights _lights = new(options.Lights);
    private readonly Lock _lock = new();
    private readonly AlarmPlan _plan = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it does.</summary>
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

    /// <summary>Silent until the state becomes worse, or has been on mains; or loud again.</summary>
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
            // Something is due.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The plan goes on: the next beep is due when it is.
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

    /// <summary>Until the pattern is over, or something else is to be heard, or nothing.</summary>
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
