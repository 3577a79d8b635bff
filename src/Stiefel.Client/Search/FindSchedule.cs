namespace Stiefel.Client.Search;

/// <summary>Decides when to ask on which interface: often at first, because the other end's link may come up a moment later, then once a second.</summary>
internal sealed class FindSchedule(TimeProvider clock)
{
    /// <summary>The interval at which the interfaces are looked at.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_eagerFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lazyInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, Link> _links = [];

    /// <summary>Forgets interfaces that lost their carrier, so that they are asked often again when it comes back.</summary>
    public void Keep(IReadOnlyCollection<int> withCarrier)
    {
        foreach (var gone in _links.Keys.Except(withCarrier).ToArray())
        {
            _links.Remove(gone);
        }
    }

    /// <summary>True if this interface is to be asked now; counts as asked.</summary>
    /// <param name="index">The interface's index.</param>
    /// <param name="round">The number of times it was asked since it has a carrier; 0 at the first time.</param>
    public bool IsDue(int index, out int round)
    {
        var now = clock.GetTimestamp();
        if (!_links.TryGetValue(index, out var link))
        {
            link = new Link(Since: now, Asked: now, Rounds: 0);
        }
        else if (clock.GetElapsedTime(link.Since, now) > s_eagerFor && clock.GetElapsedTime(link.Asked, now) < s_lazyInterval)
        {
            round = link.Rounds;
            return false;
        }

        round = link.Rounds;
        _links[index] = link with { Asked = now, Rounds = link.Rounds + 1 };
        return true;
    }

    private readonly record struct Link(long Since, long Asked, int Rounds);
}
