namespace Stiefel.Server.Power;

internal static partial class PowerLog
{
    [LoggerMessage(EventId = 700, Level = LogLevel.Information, Message = "power: {Text}")]
    public static partial void PowerIs(this ILogger logger, string text);

    [LoggerMessage(EventId = 701, Level = LogLevel.Warning, Message = "power: {Text}")]
    public static partial void PowerIsInDanger(this ILogger logger, string text);

    [LoggerMessage(EventId = 702, Level = LogLevel.Warning, Message = "power: the kernel's announcements cannot be received; the server reads the state from time to time instead")]
    public static partial void AnnouncementsNotHeard(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 703, Level = LogLevel.Warning, Message = "power: reading mains and batteries failed; the server tries again")]
    public static partial void LookFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 704, Level = LogLevel.Warning, Message = "power: a beep failed; the server tries the next one")]
    public static partial void BeepFailed(this ILogger logger, Exception exception);
}
