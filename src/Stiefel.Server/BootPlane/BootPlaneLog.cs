using System.Net;

namespace Stiefel.Server.BootPlane;

internal static partial class BootPlaneLog
{
    [LoggerMessage(EventId = 120, Level = LogLevel.Information, Message = "session {Session} of {Desktop} with key {Key}")]
    public static partial void SessionConfirmed(this ILogger logger, string session, IPAddress desktop, string key);

    [LoggerMessage(EventId = 121, Level = LogLevel.Information, Message = "session {Session}: {File} sent, {Bytes} bytes in {Milliseconds} ms")]
    public static partial void FileSent(this ILogger logger, string session, string file, long bytes, long milliseconds);

    [LoggerMessage(EventId = 122, Level = LogLevel.Warning, Message = "session {Session}: {Path} refused: {Reason}")]
    public static partial void Refused(this ILogger logger, string session, string path, string reason);

    [LoggerMessage(EventId = 123, Level = LogLevel.Warning, Message = "session {Session}: {Path} broke off: {Reason}")]
    public static partial void BrokeOff(this ILogger logger, string session, string path, string reason);

    [LoggerMessage(EventId = 124, Level = LogLevel.Error, Message = "session {Session}: {Path} failed")]
    public static partial void Failed(this ILogger logger, string session, string path, Exception exception);

    [LoggerMessage(EventId = 125, Level = LogLevel.Warning, Message = "session {Session}: a driver was left out: {Reason}")]
    public static partial void DriverLeftOut(this ILogger logger, string session, string reason);

    [LoggerMessage(EventId = 126, Level = LogLevel.Information, Message = "session {Session}: {Count} drivers sent, {Bytes} bytes in {Milliseconds} ms")]
    public static partial void DriversSent(this ILogger logger, string session, int count, long bytes, long milliseconds);

    [LoggerMessage(EventId = 127, Level = LogLevel.Information, Message = "disk granted to session {Session} of {Desktop}, {Bytes} bytes")]
    public static partial void DiskGranted(this ILogger logger, string session, IPAddress desktop, long bytes);

    [LoggerMessage(EventId = 118, Level = LogLevel.Information, Message = "session {Session} of {Desktop} gave the disk back unused: it is free")]
    public static partial void DiskGivenBack(this ILogger logger, string session, IPAddress desktop);

    [LoggerMessage(EventId = 128, Level = LogLevel.Warning, Message = "session {Session} of {Desktop}: wrong passphrase, {Left} tries left")]
    public static partial void WrongPassphrase(this ILogger logger, string session, IPAddress desktop, int left);

    [LoggerMessage(EventId = 129, Level = LogLevel.Information, Message = "session {Session} of {Desktop} has unlocked the boot files")]
    public static partial void BootFilesUnlocked(this ILogger logger, string session, IPAddress desktop);

    [LoggerMessage(EventId = 119, Level = LogLevel.Information, Message = "session {Session}: the person at the desktop chose {Title}")]
    public static partial void EntryChosen(this ILogger logger, string session, string title);
}
