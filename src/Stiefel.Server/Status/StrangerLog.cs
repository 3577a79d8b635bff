using System.Net;

namespace Stiefel.Server.Status;

/// <summary>One line when somebody without a key knocks, and then silence about that address for a while: a flood must not fill the console.</summary>
public sealed class StrangerLog(TimeProvider time, ILogger<StrangerLog> logger)
{
    public const int MaxAddresses = 256;
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, DateTimeOffset> _silentUntil = [];
    private DateTimeOffset _fullUntil;

    /// <param name="address">Who.</param>
    /// <param name="attempt">What was tried.</param>
    public void Knocked(IPAddress address, string attempt)
    {
        if (IsToBeTold(address))
        {
            logger.StrangerRefused(address, attempt);
        }
    }

    private bool IsToBeTold(IPAddress address)
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
