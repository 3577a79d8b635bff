namespace Stiefel.Server.BootReading;

internal static partial class BootReadingLog
{
    [LoggerMessage(EventId = 110, Level = LogLevel.Warning, Message = "the boot files could not be closed; the next grant tries again")]
    public static partial void BootFilesNotClosed(this ILogger logger, Exception exception);
}
