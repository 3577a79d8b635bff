namespace Stiefel.Server.Network;

internal static partial class NetworkLog
{
    [LoggerMessage(EventId = 450, Level = LogLevel.Information, Message = "link: {Line}")]
    public static partial void Link(this ILogger logger, string line);

    [LoggerMessage(EventId = 451, Level = LogLevel.Warning, Message = "the interfaces are not watched any more; events of cables are missing from now on")]
    public static partial void LinksNotWatched(this ILogger logger, Exception exception);
}
