namespace Stiefel.Server.Keeping;

internal static partial class KeepingLog
{
    [LoggerMessage(EventId = 190, Level = LogLevel.Warning, Message = "nothing holds the disk besides this server ({Reason}): if the server is killed, its desktop must restart")]
    public static partial void KeeperFailed(this ILogger logger, string reason);
}
