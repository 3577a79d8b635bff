using System.Net;

namespace Stiefel.Server.Strangers;

/// <summary>Logs one line about a stranger without a key, and then nothing about that address for a while.</summary>
public sealed class StrangerLog(TimeProvider time, ILogger<StrangerLog> logger)
{
    private readonly OncePerAddress _strangers = new(time);

    /// <param name="address">The stranger's address.</param>
    /// <param name="attempt">What the stranger tried.</param>
    public void Knocked(IPAddress address, string attempt)
    {
        if (_strangers.IsDue(address))
        {
            logger.StrangerRefused(address, attempt);
        }
    }
}
