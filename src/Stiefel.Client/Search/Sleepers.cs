using System.Net;
using System.Threading.Channels;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Client.Search;

/// <summary>
/// The laptops that answered but run their own system ("sleepers"). Decides which one is called: never more than one, because a call ends the session
/// of the laptop's user (docs/protocol.md#the-call). Thread-safe.
/// </summary>
/// <param name="wanted">Selects the laptops that may be called.</param>
/// <param name="clock">Measures the waits.</param>
internal sealed class Sleepers(WantedLaptop wanted, TimeProvider clock)
{
    /// <summary>The time at the start in which no laptop is called, so that one that serves already is found first.</summary>
    public static readonly TimeSpan LetServersAnswer = TimeSpan.FromSeconds(1);

    /// <summary>The time after the first answer in which other laptops are awaited: three rounds of questions, in case a datagram is lost.</summary>
    public static readonly TimeSpan Collect = 3 * FindSchedule.Tick;

    private static readonly TimeSpan s_otherWay = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_present = TimeSpan.FromSeconds(10);

    // A called laptop may take minutes to shut its system down, and no other may be called meanwhile.
    private static readonly TimeSpan s_lost = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (LaptopIdentity Laptop, long At)> _heard = [];
    private readonly Channel<bool> _undecided = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly long _started = clock.GetTimestamp();
    private long? _first;
    private string? _chosen;
    private bool _isChosenByPerson;

    // Stays true if one of several laptops falls silent while a person reads the list, so that the other is not called without being chosen.
    private bool _isForAPerson;
    private long _chosenAt;
    private (IPAddress? From, long At) _way;

    /// <summary>Becomes readable whenever a person must choose among several laptops.</summary>
    public ChannelReader<bool> Undecided => _undecided.Reader;

    /// <summary>The id of the laptop that a person chose; null if none was chosen yet.</summary>
    public string? ChosenByPerson
    {
        get
        {
            lock (_lock)
            {
                return _isChosenByPerson ? _chosen : null;
            }
        }
    }

    /// <summary>The laptops that answered recently and may be called, ordered by name.</summary>
    public IReadOnlyList<LaptopIdentity> Present
    {
        get
        {
            lock (_lock)
            {
                return ListPresent();
            }
        }
    }

    /// <summary>Records the person's choice: only this laptop is called from now on.</summary>
    public void Choose(string id)
    {
        lock (_lock)
        {
            (_chosen, _isChosenByPerson, _chosenAt, _way) = (id, true, clock.GetTimestamp(), default);
        }
    }

    /// <summary>Records a laptop's answer; true if it is to be called now, at this address.</summary>
    /// <param name="laptop">The laptop that answered.</param>
    /// <param name="from">The answer's address. A laptop with two cables answers from two, and laptops whose disks are copies of each other share an id.</param>
    public bool Hear(LaptopIdentity laptop, IPAddress from)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            if (!wanted.Fits(laptop))
            {
                return false;
            }

            _heard[laptop.Id] = (laptop, now);
            _first ??= now;
            if (clock.GetElapsedTime(_started, now) < LetServersAnswer || clock.GetElapsedTime(_first.Value, now) < Collect)
            {
                return false;
            }

            Decide(now);
            return laptop.Id == _chosen && IsTheWay(from, now);
        }
    }

    /// <summary>Records that a laptop was heard that cannot be called at this moment; returns who it is if it answered with its name before.</summary>
    public LaptopIdentity? HearAgain(string id)
    {
        lock (_lock)
        {
            if (!_heard.TryGetValue(id, out var heard))
            {
                return null;
            }

            var now = clock.GetTimestamp();
            _heard[id] = (heard.Laptop, now);
            _chosenAt = id == _chosen ? now : _chosenAt;
            return heard.Laptop;
        }
    }

    private void Decide(long now)
    {
        if (_chosen is not null && clock.GetElapsedTime(_chosenAt, now) > s_lost && !IsPresent(_chosen, now))
        {
            (_chosen, _isChosenByPerson, _way) = (null, false, default);
        }

        var present = ListPresent();
        _isForAPerson |= _chosen is null && present.Count > 1;
        if (_chosen is not null)
        {
            _chosenAt = IsPresent(_chosen, now) ? now : _chosenAt;
        }
        else if (_isForAPerson)
        {
            _undecided.Writer.TryWrite(true);
        }
        else
        {
            (_chosen, _chosenAt) = (present[0].Id, now);
        }
    }

    private bool IsTheWay(IPAddress from, long now)
    {
        if (_way.From is not null && !_way.From.Equals(from) && clock.GetElapsedTime(_way.At, now) < s_otherWay)
        {
            return false;
        }

        _way = (from, now);
        return true;
    }

    private bool IsPresent(string id, long now) => _heard.TryGetValue(id, out var heard) && clock.GetElapsedTime(heard.At, now) < s_present;

    private IReadOnlyList<LaptopIdentity> ListPresent()
    {
        var now = clock.GetTimestamp();
        return [.. _heard.Values.Where(heard => clock.GetElapsedTime(heard.At, now) < s_present).Select(heard => heard.Laptop)
            .OrderBy(laptop => laptop.Name, StringComparer.OrdinalIgnoreCase).ThenBy(laptop => laptop.Id, StringComparer.Ordinal)];
    }
}
