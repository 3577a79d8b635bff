using System.Net;

namespace Stiefel.Server.Tunnels;

internal static partial class TunnelLog
{
    [LoggerMessage(EventId = 500, Level = LogLevel.Warning, Message = "link.protection is none: anyone who reaches the link can read and change the disk while a desktop uses it")]
    public static partial void NotProtected(this ILogger logger);

    [LoggerMessage(EventId = 501, Level = LogLevel.Warning, Message = "this machine forwards packets between its networks ({Setting}): machines on the cable may reach the other networks through it")]
    public static partial void Forwards(this ILogger logger, string setting);

    [LoggerMessage(EventId = 502, Level = LogLevel.Information, Message = "tunnel {Name} for {Desktop}; NBD listens in it, at {EndPoint}")]
    public static partial void TunnelMade(this ILogger logger, string name, string desktop, EndPoint endPoint);

    [LoggerMessage(EventId = 503, Level = LogLevel.Information, Message = "tunnel {Name} of an earlier server stays in use")]
    public static partial void TunnelTakenUp(this ILogger logger, string name);

    [LoggerMessage(EventId = 504, Level = LogLevel.Information, Message = "tunnel {Name} was removed")]
    public static partial void TunnelRemoved(this ILogger logger, string name);

    [LoggerMessage(EventId = 505, Level = LogLevel.Error, Message = "the tunnel of the desktop that has the disk could not be made")]
    public static partial void TunnelNotMade(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 506, Level = LogLevel.Warning, Message = "the tunnel of a desktop whose grant is void could not be removed; it leads to no disk, and the next start of the server removes it")]
    public static partial void TunnelNotRemoved(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 507, Level = LogLevel.Warning, Message = "packets of {Bytes} bytes get lost on the way to {Desktop}; this end goes on with those of {Usual}")]
    public static partial void LargePacketsLost(this ILogger logger, string desktop, int bytes, int usual);

    [LoggerMessage(EventId = 508, Level = LogLevel.Information, Message = "packets of {Bytes} bytes arrive at {Desktop} again, and are used")]
    public static partial void LargePacketsBack(this ILogger logger, string desktop, int bytes);

    [LoggerMessage(EventId = 509, Level = LogLevel.Information, Message = "packets of {Bytes} bytes do not arrive at {Desktop}; those of {Usual} are used")]
    public static partial void LargePacketsNotCarried(this ILogger logger, string desktop, int bytes, int usual);
}
