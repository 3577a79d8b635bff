namespace Stiefel.Server.NetBoot;

internal static partial class NetBootLog
{
    [LoggerMessage(EventId = 750, Level = LogLevel.Information, Message = "{Text}")]
    public static partial void Boots(this ILogger logger, string text);

    [LoggerMessage(EventId = 751, Level = LogLevel.Information, Message = "network boot on {Name}: {Text}")]
    public static partial void Role(this ILogger logger, string name, string text);

    [LoggerMessage(EventId = 752, Level = LogLevel.Warning, Message = "network boot on {Name} does not work: {Problem}")]
    public static partial void Failed(this ILogger logger, string name, string problem);

    [LoggerMessage(EventId = 753, Level = LogLevel.Warning, Message = "no network boot: {Problem}")]
    public static partial void Off(this ILogger logger, string problem);
}
