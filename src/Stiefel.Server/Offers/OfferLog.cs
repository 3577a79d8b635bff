namespace Stiefel.Server.Offers;

internal static partial class OfferLog
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "boot files: {Title} ({Source}), kernel {KernelBytes} bytes, initrd {InitrdBytes} bytes, hashed in {Milliseconds} ms")]
    public static partial void BootFilesHashed(this ILogger logger, string title, string source, long kernelBytes, long initrdBytes, long milliseconds);

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "there is nothing to boot")]
    public static partial void NoBootFiles(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "no drivers for the payload kernel: {Reason}")]
    public static partial void NoDrivers(this ILogger logger, string reason);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "the offer of boot files could not be saved for a restart")]
    public static partial void OfferNotKept(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning, Message = "the disk cannot be granted at present: {Reason}")]
    public static partial void DiskNotFree(this ILogger logger, string reason);

    [LoggerMessage(EventId = 105, Level = LogLevel.Information, Message = "boot files: {Why}")]
    public static partial void BootFilesLocked(this ILogger logger, string why);
}
