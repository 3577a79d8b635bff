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
/// Reads a line typed on a terminal that echoes it, waiting with poll (man 2 poll): the terminal is read only when a line is ready. A read that
/// was left pending would take the answer to a later question, or bytes of a secret.
/// </summary>
public static class TypedLine
{
    /// <summary>Longest line in bytes; the kernel's terminals give no longer one (N_TTY_BUF_SIZE).</summary>
    private const int MaxLength = 4096;

    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(100);

    /// <summary>Discards input that was typed but not read, if this is a terminal.</summary>
    public static void Forget(SafeFileHandle terminal) => _ = tcflush((int)terminal.DangerousGetHandle(), (int)TCIFLUSH);

    /// <summary>Waits for one line, blocking the calling thread. At the end of input, or if the terminal is gone, it waits until the time is over.</summary>
    /// <param name="terminal">A terminal in canonical mode (man 3 termios), the default: it becomes readable when a line is complete.</param>
    /// <param name="patience">The longest wait.</param>
    /// <param name="token">Cancels the wait within a tenth of a second.</param>
    /// <returns>The line without its end; null if none came in time.</returns>
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

            _ = token.WaitHandle.WaitOne(slice); // at the end of input, poll returns at once, so wait here
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
