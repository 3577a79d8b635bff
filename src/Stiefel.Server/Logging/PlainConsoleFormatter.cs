using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Stiefel.Protocol.Text;

namespace Stiefel.Server.Logging;

/// <summary>
/// Writes each entry as one line, `stiefel: …`, for people at a serial console and for programs that look for phases there.
/// It prints no time: systemd's journal adds it, and a ramdisk's clock is unreliable.
/// </summary>
public sealed class PlainConsoleFormatter() : ConsoleFormatter(FormatterName)
{
    /// <summary>The name under which it is registered.</summary>
    public const string FormatterName = "stiefel";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write("stiefel: ");
        textWriter.Write(logEntry.LogLevel switch
        {
            LogLevel.Critical or LogLevel.Error => "error: ",
            LogLevel.Warning => "warning: ",
            LogLevel.Debug or LogLevel.Trace => "debug: ",
            _ => "",
        });
        textWriter.Write(PrintableText.OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(": ");
            textWriter.Write(PrintableText.OneLine(logEntry.LogLevel >= LogLevel.Error && !IsOrdinary(exception) ? exception.ToString() : exception.Message));
        }

        textWriter.Write('\n');
    }

    /// <summary>True for failures of disks, files and networks, whose message says enough; a stack trace helps only with unexpected ones.</summary>
    private static bool IsOrdinary(Exception exception) => exception is IOException or UnauthorizedAccessException or SocketException;
}
