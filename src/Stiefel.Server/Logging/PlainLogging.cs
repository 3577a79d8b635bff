using Microsoft.Extensions.Logging.Console;

namespace Stiefel.Server.Logging;

/// <summary>Sets up the log on the console.</summary>
public static class PlainLogging
{
    /// <summary>Logs our own messages to standard output, and of .NET's only the failures.</summary>
    public static void AddPlainConsole(this ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        var platform = level < LogLevel.Information ? LogLevel.Information : LogLevel.Warning;
        logging.AddFilter("Microsoft", platform);
        logging.AddFilter("System", platform);

        // Program reports a failed start itself, once.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddConsole(options => options.FormatterName = PlainConsoleFormatter.FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter, PlainConsoleFormatter>();
    }
}
