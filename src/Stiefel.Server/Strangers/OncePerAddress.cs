using System.Net;

namespace Stiefel.Server.Strangers;

/// <summary>Decides whether to report an address: once, and then not for a while, so that a flood does not fill the console. Thread-safe.</summary>
public sealed class OncePerAddress(TimeProvider time)
{
    /// <summary>The most addresses that are remembered.</summary>
    public const int MaxAddresses = 256;
    /// <summary>How long an address is not reported again.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, DateTimeOffset> _silentUntil = [];
    private DateTimeOffset _fullUntil;

    /// <summary>True if this address was not reported within <see cref="Silence"/>; counts it as reported now.</summary>
    public bool IsDue(IPAddress address)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_silentUntil.TryGetValue(address, out var until) && now < until)
            {
                return false;
            }

            // Addresses can be forged, so a full table admits a new one only when an old one has expired.
            if (_silentUntil.Count >= MaxAddresses && !MakeRoom(now))
            {
                return false;
            }

            _silentUntil[address] = now + Silence;
            return true;
        }
    }

    // Skips the scan until the first entry can have expired, so that a flood does not cause one each time.
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
