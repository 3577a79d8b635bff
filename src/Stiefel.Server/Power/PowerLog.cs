namespace Stiefel.Server.Power;

internal static partial class PowerLog
{
    [LoggerMessage(EventId = 700, Level = LogLevel.Information, Message = "power: {Text}")]
    public static partial void PowerIs(this ILogger logger, string text);

    [LoggerMessage(EventId = 701, Level = LogLevel.Warning, Message = "power: {Text}")]
    public static partial void PowerIsInDanger(this ILogger logger, string text);

    [LoggerMessage(EventId = 702, Level = LogLevel.Warning, Message = "power: the kernel's announcements cannot be heard; it is looked at from time to time")]
    public static partial void AnnouncementsNotHeard(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 703, Level = LogLevel.Warning, Message = "power: a look at mains and batteries failed; the next may not")]
    public static partial void LookFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 704, Level = LogLevel.Warning, Message = "power: a beep failed; the next may not")]
    public static partial void BeepFailed(this ILogger logger, Exception exception);
}
