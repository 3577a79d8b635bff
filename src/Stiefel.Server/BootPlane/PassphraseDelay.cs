namespace Stiefel.Server.BootPlane;

/// <summary>
/// How fast passphrases may be tried: a new session has new tries, so the pause is everybody's. It doubles with each wrong one, up to half
/// a minute, and is over when one was right. Used by one caller at a time.
/// </summary>
public sealed class PassphraseDelay(TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private TimeSpan _pause;
    private DateTimeOffset _until;

    /// <summary>Returns when the next one may be tried.</summary>
    public async Task WaitAsync(CancellationToken token)
    {
        var left = _until - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            // Not longer than the pause, should somebody set the clock back.
            await Task.Delay(left < _pause ? left : _pause, time, token);
        }
    }

    /// <summary>A passphrase was wrong: the next try has to wait longer.</summary>
    public void Wrong()
    {
        _pause = _pause == TimeSpan.Zero ? s_first : TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, s_longest.Ticks));
        _until = time.GetUtcNow() + _pause;
    }

    /// <summary>A passphrase was right: nobody has to wait any more.</summary>
    public void Forget() => (_pause, _until) = (TimeSpan.Zero, default);
}
