using System.Net;

namespace Stiefel.Server.Revocation;

internal static partial class RevocationLog
{
    [LoggerMessage(EventId = 140, Level = LogLevel.Warning, Message = "session {Session} of {Desktop} was ended: {Why}")]
    public static partial void SessionEnded(this ILogger logger, string session, IPAddress desktop, string why);
}
