namespace Stiefel.Server.Keys;

internal static partial class KeyLog
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Information, Message = "key {Key} is accepted from now on")]
    public static partial void KeyAccepted(this ILogger logger, string key);

    [LoggerMessage(EventId = 401, Level = LogLevel.Warning, Message = "key {Key} is no longer accepted; its sessions end")]
    public static partial void KeyRevoked(this ILogger logger, string key);

    [LoggerMessage(EventId = 402, Level = LogLevel.Warning, Message = "a key is not accepted: {Problem}")]
    public static partial void KeyNotAccepted(this ILogger logger, string problem);

    [LoggerMessage(EventId = 403, Level = LogLevel.Error, Message = "checking the keys failed; the server tries again")]
    public static partial void KeysNotRead(this ILogger logger, Exception exception);
}
