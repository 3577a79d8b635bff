using System.Net;

namespace Stiefel.Server.Discovery;

internal static partial class DiscoveryLog
{
    [LoggerMessage(EventId = 550, Level = LogLevel.Information, Message = "found by {Remote} with key {Key}")]
    public static partial void Found(this ILogger logger, IPAddress remote, string key);

    [LoggerMessage(EventId = 551, Level = LogLevel.Warning, Message = "discovery ({Family}) failed; the server tries again in a second")]
    public static partial void ReceiveFailed(this ILogger logger, string family, Exception exception);

    [LoggerMessage(EventId = 552, Level = LogLevel.Debug, Message = "no answer could be sent to {Remote}: {Reason}")]
    public static partial void AnswerNotSent(this ILogger logger, EndPoint remote, string reason);
}
