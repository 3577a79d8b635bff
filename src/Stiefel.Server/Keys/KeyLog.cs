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

    [LoggerMessage(EventId = 404, Level = LogLevel.Information, Message = "the keys that were lent for this start are wiped from {File}")]
    public static partial void LentKeysWiped(this ILogger logger, string file);

    [LoggerMessage(EventId = 405, Level = LogLevel.Warning, Message = "the keys that were lent for this start still lie in {File} on the laptop's disk, and stay there until its own system starts: {Problem}")]
    public static partial void LentKeysLeft(this ILogger logger, string file, string problem);

    [LoggerMessage(EventId = 406, Level = LogLevel.Information, Message = "started from the boot menu: only the key {Key} is accepted; its code, for a desktop: `stiefel key show {Key} --pairing` in the laptop's own system")]
    public static partial void OnlyMenuKey(this ILogger logger, string key);
}
