using Microsoft.Extensions.Logging.Console;

namespace Stiefel.Server.Logging;

/// <summary>The console's log.</summary>
public static class PlainLogging
{
    /// <summary>Everything of ours to standard output; of the platform only what is wrong.</summary>
    public static void AddPlainConsole(this ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        var platform = level < LogLevel.Information ? LogLevel.Information : LogLevel.Warning;
        logging.AddFilter("Microsoft", platform);
        logging.AddFilter("System", platform);

        // A failed start is told once, in our own words, by Program.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddConsole(options => options.FormatterName = PlainConsoleFormatter.FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter, PlainConsoleFormatter>();
    }
}
