using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Stiefel.Protocol.Text;

namespace Stiefel.Server.Logging;

/// <summary>
/// `stiefel: …`, one line each: people read it on a serial console, and programs look for phases there.
/// The journal of a machine with systemd adds the time; a ramdisk's clock is not worth printing.
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

    /// <summary>Disks, files and networks fail: the message says which. Where in the program is of use only for what nobody expected.</summary>
    private static bool IsOrdinary(Exception exception) => exception is IOException or UnauthorizedAccessException or SocketException;
}
