using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Processes;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Devices;

/// <summary>
/// A line typed on a terminal that shows it, waited for with poll (man 2 poll): the terminal is read only when a line is there, so that no
/// read is left behind which would take the answer to a later question, or bytes of a secret.
/// </summary>
public static class TypedLine
{
    /// <summary>Bytes; a terminal gives no longer line (N_TTY_BUF_SIZE of the kernel).</summary>
    private const int MaxLength = 4096;

    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(100);

    /// <summary>Forgets what was typed so far and not read, if this is a terminal.</summary>
    public static void Forget(SafeFileHandle terminal) => _ = tcflush((int)terminal.DangerousGetHandle(), (int)TCIFLUSH);

    /// <summary>Waits for one line. Blocks the calling thread. The end of input is no line, and a terminal that is gone gives none: either is waited out.</summary>
    /// <param name="terminal">In canonical mode (man 3 termios), as it usually is: there is something to read once a line is whole.</param>
    /// <param name="patience">How long.</param>
    /// <param name="token">Ends it within a tenth of a second.</param>
    /// <returns>Without the line's end; null if none came in time.</returns>
    public static string? Read(SafeFileHandle terminal, TimeSpan patience, CancellationToken token)
    {
        var waited = Stopwatch.StartNew();
        for (var left = patience; left > TimeSpan.Zero; left = patience - waited.Elapsed)
        {
            token.ThrowIfCancellationRequested();
            var slice = left < s_slice ? left : s_slice;
            if (!IsReady(terminal, slice))
            {
                continue;
            }

            if (TakeLine(terminal) is { } line)
            {
                return line;
            }

            _ = token.WaitHandle.WaitOne(slice); // poll would say at once that there is an end to read
        }

        return null;
    }

    private static unsafe bool IsReady(SafeFileHandle terminal, TimeSpan limit)
    {
        var wait = new Poll.pollfd { fd = (int)terminal.DangerousGetHandle(), events = Poll.POLLIN };
        return Poll.poll(&wait, 1, (int)Math.Ceiling(limit.TotalMilliseconds)) > 0;
    }

    private static string? TakeLine(SafeFileHandle terminal)
    {
        Span<byte> line = stackalloc byte[MaxLength];
        try
        {
            var length = Descriptor.Read(terminal, line);
            return length == 0 ? null : Encoding.UTF8.GetString(line[..length]).TrimEnd('\r', '\n');
        }
        catch (LinuxException)
        {
            return null; // EIO: the terminal has hung up
        }
    }
}
