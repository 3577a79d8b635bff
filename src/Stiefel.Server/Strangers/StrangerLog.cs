using System.Net;

namespace Stiefel.Server.Strangers;

/// <summary>One line when somebody without a key knocks, and then silence about that address for a while.</summary>
public sealed class StrangerLog(TimeProvider time, ILogger<StrangerLog> logger)
{
    private readonly OncePerAddress _strangers = new(time);

    /// <param name="address">Its address.</param>
    /// <param name="attempt">What was tried.</param>
    public void Knocked(IPAddress address, string attempt)
    {
        if (_strangers.IsDue(address))
        {
            logger.StrangerRefused(address, attempt);
        }
    }
}
