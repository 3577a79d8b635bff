namespace Stiefel.Attach.Agent;

/// <summary>
/// Chooses the cable for the tunnel among several, the fastest first. Another one takes over when the present one has no carrier, or stays silent although it is
/// asked; a faster one is taken again when it has been usable for a while. One that stayed silent is left alone, longer each time.
/// </summary>
/// <param name="milliseconds">A clock that counts milliseconds.</param>
internal sealed class CableChoice(Func<long> milliseconds)
{
    /// <summary>After this time of silence the laptop is asked for an echo, at each look.</summary>
    internal const int QuietMilliseconds = 500;

    /// <summary>After this time of silence the cable is given up for another one; a busy laptop answers echoes in less.</summary>
    internal const int SilentMilliseconds = 1500;

    /// <summary>A better cable is used when it has been usable for this long.</summary>
    internal const int SettledMilliseconds = 3000;

    private const int FirstRest = 10_000;
    private const int LongestRest = 300_000;

    private readonly List<Cable> _cables = [];
    private long _received = -1;
    private long _heard;
    private long _turned;

    // How often a cable was left for its silence since the laptop was heard.
    private int _left;

    /// <summary>The place of the present cable in the list.</summary>
    internal int Current { get; private set; }

    /// <summary>Begins with the cable that is in use already.</summary>
    internal void BeginWith(int current) => Current = current;

    /// <summary>Looks at all cables; <see cref="Current"/> is the one to use afterwards.</summary>
    /// <param name="usable">Whether each can be used: its card is there, and has a carrier.</param>
    /// <param name="received">Number of bytes that the laptop has sent through the tunnel.</param>
    /// <param name="canAsk">False if no echoes can be asked for, so that silence tells nothing.</param>
    /// <returns>True if an echo is to be asked for.</returns>
    internal bool Look(IReadOnlyList<bool> usable, long received, bool canAsk)
    {
        var now = milliseconds();
        Note(usable, now);
        if (received != _received)
        {
            (_received, _heard) = (received, now);
            Forgive(usable.Count);
            // What was under way when the cable changed says nothing about the new one.
            if (now - _turned > SettledMilliseconds)
            {
                _cables[Current].Rest = 0;
            }
        }

        var silent = now - Math.Max(_heard, _turned);
        var next = !usable[Current] ? Best(usable, now) ?? Current
            : canAsk && silent > SilentMilliseconds ? Leave(usable, now)
            : Better(usable, now) ?? Current;
        if (next != Current)
        {
            (Current, _turned) = (next, now);
            return canAsk;
        }

        return canAsk && silent > QuietMilliseconds;
    }

    // If every cable had its turn in vain, the laptop was away, and none of them is to blame.
    private void Forgive(int cables)
    {
        if (_left >= cables)
        {
            _cables.ForEach(cable => (cable.Rest, cable.RestsUntil) = (0, 0));
        }

        _left = 0;
    }

    private void Note(IReadOnlyList<bool> usable, long now)
    {
        while (_cables.Count < usable.Count)
        {
            _cables.Add(new Cable());
            (_heard, _turned) = (now, now);
        }

        for (var at = 0; at < usable.Count; at++)
        {
            if (!usable[at])
            {
                _cables[at].Since = null;
            }
            else if (_cables[at].Since is null)
            {
                // Another cable may be in it, or another adapter at its other end.
                (_cables[at].Since, _cables[at].Rest, _cables[at].RestsUntil) = (now, 0, 0);
            }
        }
    }

    private int Leave(IReadOnlyList<bool> usable, long now)
    {
        var cable = _cables[Current];
        cable.Rest = Math.Clamp(2 * cable.Rest, FirstRest, LongestRest);
        cable.RestsUntil = now + cable.Rest;
        _left++;
        return Best(usable, now) ?? Current;
    }

    // All may be silent, because the laptop is: then each has its turn.
    private int? Best(IReadOnlyList<bool> usable, long now)
    {
        var others = Enumerable.Range(0, usable.Count).Where(at => at != Current && usable[at]).ToList();
        return others.Count == 0 ? null : others.OrderBy(at => Math.Max(0, _cables[at].RestsUntil - now)).First();
    }

    private int? Better(IReadOnlyList<bool> usable, long now)
    {
        for (var at = 0; at < Current; at++)
        {
            if (usable[at] && now - _cables[at].Since >= SettledMilliseconds && now >= _cables[at].RestsUntil)
            {
                return at;
            }
        }

        return null;
    }

    private sealed class Cable
    {
        internal long? Since { get; set; }

        internal int Rest { get; set; }

        internal long RestsUntil { get; set; }
    }
}
