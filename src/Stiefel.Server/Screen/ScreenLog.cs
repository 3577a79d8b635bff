namespace Stiefel.Server.Screen;

internal static partial class ScreenLog
{
    [LoggerMessage(EventId = 760, Level = LogLevel.Warning, Message = "the screen cannot be drawn on; it shows the log only")]
    public static partial void ScreenFailed(this ILogger logger, Exception exception);
}
