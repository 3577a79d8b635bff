namespace Stiefel.Server.Network;

internal static partial class NetworkLog
{
    [LoggerMessage(EventId = 450, Level = LogLevel.Information, Message = "link: {Line}")]
    public static partial void Link(this ILogger logger, string line);

    [LoggerMessage(EventId = 451, Level = LogLevel.Warning, Message = "the network interfaces can no longer be watched; from now on no events of cables are recorded")]
    public static partial void LinksNotWatched(this ILogger logger, Exception exception);
}
