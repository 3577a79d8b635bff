using System.Net;

namespace Stiefel.Server.BootPlane;

internal static partial class BootLog
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "boot files: {Title} ({Source}), kernel {KernelBytes} bytes, initrd {InitrdBytes} bytes, hashed in {Milliseconds} ms")]
    public static partial void BootFilesHashed(this ILogger logger, string title, string source, long kernelBytes, long initrdBytes, long milliseconds);

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "there is nothing to boot")]
    public static partial void NoBootFiles(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "no drivers for the payload kernel: {Reason}")]
    public static partial void NoDrivers(this ILogger logger, string reason);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "the boot files could not be closed; the next grant tries again")]
    public static partial void BootFilesNotClosed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning, Message = "what there is to boot could not be kept for a restart")]
    public static partial void OfferNotKept(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "session {Session} of {Machine} with key {Key}")]
    public static partial void SessionConfirmed(this ILogger logger, string session, IPAddress machine, string key);

    [LoggerMessage(EventId = 111, Level = LogLevel.Information, Message = "session {Session}: {File} sent, {Bytes} bytes in {Milliseconds} ms")]
    public static partial void FileSent(this ILogger logger, string session, string file, long bytes, long milliseconds);

    [LoggerMessage(EventId = 112, Level = LogLevel.Warning, Message = "session {Session}: {Path} refused: {Reason}")]
    public static partial void Refused(this ILogger logger, string session, string path, string reason);

    [LoggerMessage(EventId = 113, Level = LogLevel.Warning, Message = "session {Session}: {Path} broke off: {Reason}")]
    public static partial void BrokeOff(this ILogger logger, string session, string path, string reason);

    [LoggerMessage(EventId = 114, Level = LogLevel.Error, Message = "session {Session}: {Path} failed")]
    public static partial void Failed(this ILogger logger, string session, string path, Exception exception);

    [LoggerMessage(EventId = 115, Level = LogLevel.Warning, Message = "session {Session}: a driver was left out: {Reason}")]
    public static partial void DriverLeftOut(this ILogger logger, string session, string reason);

    [LoggerMessage(EventId = 116, Level = LogLevel.Information, Message = "session {Session}: {Count} drivers sent, {Bytes} bytes in {Milliseconds} ms")]
    public static partial void DriversSent(this ILogger logger, string session, int count, long bytes, long milliseconds);

    [LoggerMessage(EventId = 117, Level = LogLevel.Warning, Message = "session {Session} of {Machine} was ended: {Why}")]
    public static partial void SessionEnded(this ILogger logger, string session, IPAddress machine, string why);

    [LoggerMessage(EventId = 118, Level = LogLevel.Warning, Message = "the stored grant of session {Session} is void: its key {Key} is accepted no more")]
    public static partial void GrantOfRevokedKey(this ILogger logger, string session, string key);

    [LoggerMessage(EventId = 120, Level = LogLevel.Information, Message = "disk granted to session {Session} of {Machine}, {Bytes} bytes")]
    public static partial void DiskGranted(this ILogger logger, string session, IPAddress machine, long bytes);

    [LoggerMessage(EventId = 121, Level = LogLevel.Warning, Message = "session {Session} of {Machine} lost the disk, {Connections} connections ended")]
    public static partial void Fenced(this ILogger logger, string session, string machine, int connections);

    [LoggerMessage(EventId = 122, Level = LogLevel.Information, Message = "the grant of session {Session} to {Machine} is honoured again")]
    public static partial void GrantRestored(this ILogger logger, string session, string machine);

    [LoggerMessage(EventId = 123, Level = LogLevel.Warning, Message = "the stored grant of session {Session} is for {Disk}, not for what is served now; it is void")]
    public static partial void GrantOfOtherDisk(this ILogger logger, string session, string disk);

    [LoggerMessage(EventId = 124, Level = LogLevel.Warning, Message = "the stored grant could not be taken up")]
    public static partial void GrantNotRestored(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 125, Level = LogLevel.Warning, Message = "the disk could not be opened for the desktop that holds it")]
    public static partial void DiskNotOpened(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 126, Level = LogLevel.Error, Message = "the disk could not be flushed: what session {Session} wrote last may be lost; its flushes fail from here on, also after a restart")]
    public static partial void FlushFailed(this ILogger logger, string session, Exception exception);

    [LoggerMessage(EventId = 134, Level = LogLevel.Warning, Message = "the grant of session {Session} is void: {Reason}; restart that desktop")]
    public static partial void GrantOfOtherMedium(this ILogger logger, string session, string reason);

    [LoggerMessage(EventId = 135, Level = LogLevel.Warning, Message = "the stored grant of session {Session} is void: since then this machine was started anew, or the server replaced by " +
        "another version, and what that desktop wrote without flushing may be gone; restart that desktop")]
    public static partial void GrantOfOtherBoot(this ILogger logger, string session);

    [LoggerMessage(EventId = 136, Level = LogLevel.Error, Message = "which desktop has the disk could not be recorded: a server that starts later may not know it")]
    public static partial void GrantNotRecordedAgain(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 133, Level = LogLevel.Error, Message = "the loss of session {Session} could not be recorded: its grant is not kept for a restart")]
    public static partial void LostWriteNotRecorded(this ILogger logger, string session, Exception exception);

    [LoggerMessage(EventId = 128, Level = LogLevel.Warning, Message = "what session {Session} of {Machine} wrote to its snapshot is gone; that desktop must boot again")]
    public static partial void SnapshotIsGone(this ILogger logger, string session, string machine);

    [LoggerMessage(EventId = 129, Level = LogLevel.Information, Message = "a snapshot of {Disk}: what is written is kept in {Place}, at most {MiB} MiB (0: no limit), and vanishes")]
    public static partial void SnapshotMade(this ILogger logger, string disk, string place, long miB);

    [LoggerMessage(EventId = 130, Level = LogLevel.Warning, Message = "the stored grant of session {Session} was made with another Link:Protection; it is void")]
    public static partial void GrantOfOtherProtection(this ILogger logger, string session);

    [LoggerMessage(EventId = 127, Level = LogLevel.Warning, Message = "the disk will not be granted as things are: {Reason}")]
    public static partial void DiskNotFree(this ILogger logger, string reason);

    [LoggerMessage(EventId = 130, Level = LogLevel.Information, Message = "boot files: {Why}")]
    public static partial void BootFilesLocked(this ILogger logger, string why);

    [LoggerMessage(EventId = 131, Level = LogLevel.Warning, Message = "session {Session} of {Machine}: wrong passphrase, {Left} tries left")]
    public static partial void WrongPassphrase(this ILogger logger, string session, IPAddress machine, int left);

    [LoggerMessage(EventId = 132, Level = LogLevel.Information, Message = "session {Session} of {Machine} has unlocked the boot files")]
    public static partial void BootFilesUnlocked(this ILogger logger, string session, IPAddress machine);
}
