namespace Stiefel.Server.NetBoot;

/// <summary>What is done about DHCP on a cable.</summary>
internal enum DhcpRole
{
    /// <summary>Others are looked for; nobody is answered yet.</summary>
    Looking,

    /// <summary>No other server is there.</summary>
    Alone,

    /// <summary>Another is there, and is not disturbed.</summary>
    Beside,

    /// <summary>The cable leads to the rest of the world, where nobody asked us to answer.</summary>
    Forbidden,
}

/// <summary>Whether a cable has another DHCP server, from when it was asked and heard.</summary>
/// <param name="clock">The time.</param>
/// <param name="look">So long nobody is answered before.</param>
/// <param name="wasAlone">
/// The last look at this interface found nobody. A desktop that is switched on takes the link down and up again, and has given up before another look is over.
/// </param>
internal sealed class DhcpJudge(TimeProvider clock, TimeSpan look, bool wasAlone)
{
    /// <summary>One that was silent so long, though asked all the time, is gone.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan s_eagerFor = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_eager = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_lazy = TimeSpan.FromSeconds(10);

    private readonly long _since = clock.GetTimestamp();
    private long? _asked;
    private long? _heard;

    /// <summary>As of now.</summary>
    public DhcpRole Role =>
        _heard is { } heard && clock.GetElapsedTime(heard) < Forgotten ? DhcpRole.Beside
        : (wasAlone && _heard is null) || clock.GetElapsedTime(_since) >= look ? DhcpRole.Alone
        : DhcpRole.Looking;

    /// <summary>Another server spoke.</summary>
    public void Hear() => _heard = clock.GetTimestamp();

    /// <summary>True if servers are to be asked for now; counts as asked. It goes on for as long as the cable is in.</summary>
    public bool IsDue()
    {
        var now = clock.GetTimestamp();
        if (_asked is { } asked && clock.GetElapsedTime(asked, now) < (clock.GetElapsedTime(_since, now) < s_eagerFor ? s_eager : s_lazy))
        {
            return false;
        }

        _asked = now;
        return true;
    }
}
