using System.Net;

namespace Stiefel.Server.Strangers;

internal static partial class StrangerWarnings
{
    [LoggerMessage(EventId = 300, Level = LogLevel.Warning, Message = "a stranger at {Address} was refused: {Attempt}; its further attempts are not logged for a minute")]
    public static partial void StrangerRefused(this ILogger logger, IPAddress address, string attempt);
}
