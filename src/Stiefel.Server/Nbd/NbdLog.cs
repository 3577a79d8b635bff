using System.Net;

namespace Stiefel.Server.Nbd;

internal static partial class NbdLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "NBD listens at {EndPoint}")]
    public static partial void NbdListening(this ILogger logger, EndPoint endPoint);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "NBD: {Remote} opened {Label}")]
    public static partial void NbdOpened(this ILogger logger, EndPoint remote, string label);

    [LoggerMessage(EventId = 202, Level = LogLevel.Information, Message = "NBD: {Remote} left {Label}, {How}")]
    public static partial void NbdClosed(this ILogger logger, EndPoint remote, string label, string how);

    [LoggerMessage(EventId = 203, Level = LogLevel.Error, Message = "NBD: {Command} of {Remote} failed on {Label}: {Cause} (further failures of this kind are not reported for a minute)")]
    public static partial void NbdDeviceFailed(this ILogger logger, EndPoint remote, string label, string command, string cause);
}
