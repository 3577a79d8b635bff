namespace Stiefel.Server.BootPlane;

/// <summary>
/// Limits how fast passphrases may be tried. A new session has new tries, so all sessions share the delay. It doubles with each wrong one, up to half
/// a minute, and ends with the first right one. Used by one caller at a time.
/// </summary>
public sealed class PassphraseDelay(TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private TimeSpan _pause;
    private DateTimeOffset _until;

    /// <summary>Returns when the next passphrase may be tried.</summary>
    public async Task WaitAsync(CancellationToken token)
    {
        var left = _until - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            // Cap the remaining delay at the full pause, in case the clock was set back.
            await Task.Delay(left < _pause ? left : _pause, time, token);
        }
    }

    /// <summary>Makes the next try wait longer, after a wrong passphrase.</summary>
    public void Wrong()
    {
        _pause = _pause == TimeSpan.Zero ? s_first : TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, s_longest.Ticks));
        _until = time.GetUtcNow() + _pause;
    }

    /// <summary>Ends the delay, after a right passphrase.</summary>
    public void Forget() => (_pause, _until) = (TimeSpan.Zero, default);
}
