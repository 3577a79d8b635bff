namespace Stiefel.Server.NetBoot;

/// <summary>What this server does about DHCP on a cable.</summary>
internal enum DhcpRole
{
    /// <summary>It looks for other servers and answers no desktop yet.</summary>
    Looking,

    /// <summary>It is the only DHCP server and gives addresses.</summary>
    Alone,

    /// <summary>Another server gives addresses; this one only says what to boot.</summary>
    Beside,

    /// <summary>Another server says what to boot; this one stays silent, so that chance does not decide what a desktop starts.</summary>
    Yielding,

    /// <summary>It stays silent, because the cable leads to a router and the settings do not allow DHCP there.</summary>
    Forbidden,
}

/// <summary>Decides whether a cable has another DHCP server, by when servers were asked for and when one was heard.</summary>
/// <param name="clock">The time.</param>
/// <param name="look">How long to look for other servers before any desktop is answered.</param>
/// <param name="wasAlone">
/// True if the last look at this interface found no other server. A desktop takes the link down and up when it is switched on, and its firmware would give up
/// before a second look is over.
/// </param>
internal sealed class DhcpJudge(TimeProvider clock, TimeSpan look, bool wasAlone)
{
    /// <summary>A server that has not answered for this long counts as gone, since it is asked all the time.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan s_eagerFor = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_eager = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_lazy = TimeSpan.FromSeconds(10);

    private readonly long _since = clock.GetTimestamp();
    private long? _asked;
    private long? _heard;
    private long? _heardToBoot;

    /// <summary>The decision as of now.</summary>
    public DhcpRole Role =>
        IsRecent(_heardToBoot) ? DhcpRole.Yielding
        : IsRecent(_heard) ? DhcpRole.Beside
        : (wasAlone && _heard is null) || clock.GetElapsedTime(_since) >= look ? DhcpRole.Alone
        : DhcpRole.Looking;

    /// <summary>Notes that another server was heard.</summary>
    /// <param name="saysWhatToBoot">True if it said what to boot.</param>
    public void Hear(bool saysWhatToBoot)
    {
        _heard = clock.GetTimestamp();
        _heardToBoot = saysWhatToBoot ? _heard : _heardToBoot;
    }

    /// <summary>True if it is time to ask for servers; the caller asks then. Asking goes on for as long as the cable is in.</summary>
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

    private bool IsRecent(long? time) => time is { } at && clock.GetElapsedTime(at) < Forgotten;
}
