namespace Stiefel.Server.Network;

internal static partial class NetworkLog
{
    [LoggerMessage(EventId = 450, Level = LogLevel.Information, Message = "link: {Line}")]
    public static partial void Link(this ILogger logger, string line);
}
