using System.Net;

namespace Stiefel.Server.Strangers;

/// <summary>Says whether an address's news is due: once, and then not for a while, since a flood must not fill the console. Thread-safe.</summary>
public sealed class OncePerAddress(TimeProvider time)
{
    /// <summary>Most addresses that are remembered.</summary>
    public const int MaxAddresses = 256;
    /// <summary>How long an address is not told of again.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, DateTimeOffset> _silentUntil = [];
    private DateTimeOffset _fullUntil;

    /// <summary>True if this address was not told of within the silence; notes that it is now.</summary>
    public bool IsDue(IPAddress address)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_silentUntil.TryGetValue(address, out var until) && now < until)
            {
                return false;
            }

            // Addresses can be made up: then only as many are told as were told long enough ago.
            if (_silentUntil.Count >= MaxAddresses && !MakeRoom(now))
            {
                return false;
            }

            _silentUntil[address] = now + Silence;
            return true;
        }
    }

    // A flood looks through them only when there is one that may be told again.
    private bool MakeRoom(DateTimeOffset now)
    {
        if (now < _fullUntil)
        {
            return false;
        }

        foreach (var (address, until) in _silentUntil)
        {
            if (until <= now)
            {
                _silentUntil.Remove(address);
            }
        }

        if (_silentUntil.Count < MaxAddresses)
        {
            return true;
        }

        _fullUntil = _silentUntil.Values.Min();
        return false;
    }
}
