using System.Net;

namespace Stiefel.Server.Status;

/// <summary>Says whether an address's news is due: once, and then not for a while, since a flood must not fill the console. Thread-safe.</summary>
public sealed class OncePerAddress(TimeProvider time)
{
    public const int MaxAddresses = 256;
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, DateTimeOffset> _silentUntil = [];
    private DateTimeOffset _fullUntil;

    public bool IsDue(IPAddress address)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_silentUntil.TryGetValue(address, out var until) && now < until)
            {
                return false;
            }

            if (_silentUntil.Count >= MaxAddresses)
            {
                // Addresses can be made up: then they are told as one.
                if (now < _fullUntil)
                {
                    return false;
                }

                _silentUntil.Clear();
                _fullUntil = now + Silence;
            }

            _silentUntil[address] = now + Silence;
            return true;
        }
    }
}
