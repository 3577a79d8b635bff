using System.Net;
using System.Threading.Channels;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Client.Search;

/// <summary>
/// The laptops that run their own system and answered, and which one of them is called: never more than one, since a call ends somebody's session
/// (docs/protocol.md#the-call). Thread-safe.
/// </summary>
/// <param name="wanted">Those that may be called.</param>
/// <param name="clock">The time.</param>
internal sealed class Sleepers(WantedLaptop wanted, TimeProvider clock)
{
    /// <summary>A server is not to be kept waiting for by a laptop that would have to leave its system first, nor the other way round.</summary>
    public static readonly TimeSpan LetServersAnswer = TimeSpan.FromSeconds(1);

    /// <summary>After the first answer: three rounds of questions, so that another laptop is heard though a datagram is lost.</summary>
    public static readonly TimeSpan Collect = 3 * FindSchedule.Tick;

    private static readonly TimeSpan s_otherWay = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_present = TimeSpan.FromSeconds(10);

    // A system may take minutes to stop all it runs. Until then a second one must not be called.
    private static readonly TimeSpan s_lost = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (LaptopIdentity Laptop, long At)> _heard = [];
    private readonly Channel<bool> _undecided = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly long _started = clock.GetTimestamp();
    private long? _first;
    private string? _chosen;
    private bool _isChosenByPerson;

    // Also if one of several falls silent while a person reads the list, the other is not called by itself.
    private bool _isForAPerson;
    private long _chosenAt;
    private (IPAddress? From, long At) _way;

    /// <summary>Has something to read whenever several laptops wait for somebody to choose.</summary>
    public ChannelReader<bool> Undecided => _undecided.Reader;

    /// <summary>The id that a person chose; null as long as nobody did.</summary>
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

    /// <summary>Those that answered a moment ago and may be called, by name.</summary>
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

    /// <summary>This one is called, and no other.</summary>
    public void Choose(string id)
    {
        lock (_lock)
        {
            (_chosen, _isChosenByPerson, _chosenAt, _way) = (id, true, clock.GetTimestamp(), default);
        }
    }

    /// <summary>A laptop answered. Says whether it is to be called now, by this way.</summary>
    /// <param name="laptop">Which one.</param>
    /// <param name="from">Where from; a laptop with two cables answers by both, and two that are copies of each other have one id.</param>
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
