namespace Stiefel.Server.Grants;

internal static partial class GrantLog
{
    [LoggerMessage(EventId = 150, Level = LogLevel.Warning, Message = "session {Session} of {Desktop} lost the disk, {Connections} connections ended")]
    public static partial void Fenced(this ILogger logger, string session, string desktop, int connections);

    [LoggerMessage(EventId = 151, Level = LogLevel.Information, Message = "the grant of session {Session} to {Desktop} is honoured again")]
    public static partial void GrantRestored(this ILogger logger, string session, string desktop);

    [LoggerMessage(EventId = 152, Level = LogLevel.Warning, Message = "the stored grant of session {Session} is void: its key {Key} is no longer accepted")]
    public static partial void GrantOfRevokedKey(this ILogger logger, string session, string key);

    [LoggerMessage(EventId = 153, Level = LogLevel.Warning, Message = "the stored grant of session {Session} is void: it is for {Disk}, which is not the disk served now")]
    public static partial void GrantOfOtherDisk(this ILogger logger, string session, string disk);

    [LoggerMessage(EventId = 154, Level = LogLevel.Warning, Message = "the grant of session {Session} is void: {Reason}; restart that desktop")]
    public static partial void GrantOfOtherMedium(this ILogger logger, string session, string reason);

    [LoggerMessage(EventId = 155, Level = LogLevel.Warning, Message = "the stored grant of session {Session} is void: since then this machine was restarted, or the server replaced by " +
        "another version, and what that desktop wrote without flushing may be gone; restart that desktop")]
    public static partial void GrantOfOtherBoot(this ILogger logger, string session);

    [LoggerMessage(EventId = 156, Level = LogLevel.Warning, Message = "the stored grant of session {Session} is void: it was made with another Link:Protection")]
    public static partial void GrantOfOtherProtection(this ILogger logger, string session);

    [LoggerMessage(EventId = 157, Level = LogLevel.Warning, Message = "the stored grant could not be restored")]
    public static partial void GrantNotRestored(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 158, Level = LogLevel.Error, Message = "the record of the desktop that has the disk could not be written: after a restart the server may not know that desktop")]
    public static partial void GrantNotRecordedAgain(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 159, Level = LogLevel.Warning, Message = "the disk could not be opened for the desktop that holds it")]
    public static partial void DiskNotOpened(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 160, Level = LogLevel.Error, Message = "the disk could not be flushed: the last writes of session {Session} may be lost; its flushes fail from now on, even after a restart")]
    public static partial void FlushFailed(this ILogger logger, string session, Exception exception);

    [LoggerMessage(EventId = 161, Level = LogLevel.Error, Message = "the loss of session {Session}'s writes could not be recorded: a restart of the server voids its grant")]
    public static partial void LostWriteNotRecorded(this ILogger logger, string session, Exception exception);

    [LoggerMessage(EventId = 162, Level = LogLevel.Warning, Message = "what session {Session} of {Desktop} wrote to its snapshot is gone; that desktop must boot again")]
    public static partial void SnapshotIsGone(this ILogger logger, string session, string desktop);

    [LoggerMessage(EventId = 163, Level = LogLevel.Information, Message = "made a snapshot of {Disk}: changes are kept in {Place}, at most {MiB} MiB (0: no limit), and discarded at the end")]
    public static partial void SnapshotMade(this ILogger logger, string disk, string place, long miB);

    [LoggerMessage(EventId = 164, Level = LogLevel.Information, Message = "session {Session} of {Desktop} ended cleanly: all that it wrote is on the medium, and the disk is free")]
    public static partial void EndedCleanly(this ILogger logger, string session, string desktop);

    [LoggerMessage(EventId = 166, Level = LogLevel.Warning, Message = "the goodbye of session {Session} of {Desktop} is refused: {Reason}")]
    public static partial void GoodbyeRefused(this ILogger logger, string session, string desktop, string reason);

    [LoggerMessage(EventId = 167, Level = LogLevel.Error, Message = "a clean end could not be recorded and does not count; the desktop keeps the disk")]
    public static partial void GoodbyeNotRecorded(this ILogger logger, Exception exception);
}
