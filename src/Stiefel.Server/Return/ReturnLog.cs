namespace Stiefel.Server.Return;

internal static partial class ReturnLog
{
    [LoggerMessage(EventId = 650, Level = LogLevel.Warning, Message = "this laptop leaves ({Action}): {Because}")]
    public static partial void Leaves(this ILogger logger, string action, string because);

    [LoggerMessage(EventId = 651, Level = LogLevel.Warning, Message = "this laptop stays: {Why}")]
    public static partial void Stays(this ILogger logger, string why);

    [LoggerMessage(EventId = 652, Level = LogLevel.Information, Message = "{Because}: this laptop leaves in {Seconds:0} s ({Action}), unless a desktop comes before")]
    public static partial void WillLeave(this ILogger logger, string because, double seconds, string action);

    [LoggerMessage(EventId = 653, Level = LogLevel.Warning, Message = "the laptop's own kernel could not be loaded; the firmware starts it instead")]
    public static partial void HomeNotLoaded(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 654, Level = LogLevel.Warning, Message = "this laptop's return could not be counted in its firmware")]
    public static partial void ReturnNotMarked(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 655, Level = LogLevel.Warning, Message = "{Text}")]
    public static partial void BatteryStops(this ILogger logger, string text);
}
