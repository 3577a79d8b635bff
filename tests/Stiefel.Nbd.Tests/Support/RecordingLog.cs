using System.Collections.Concurrent;
using System.Net;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Transmission;

namespace Stiefel.Nbd.Tests.Support;

internal sealed class RecordingLog : INbdServerLog
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public void Opened(EndPoint remote, string label) => Lines.Enqueue($"opened {label}");

    public void Refused(EndPoint remote, string reason) => Lines.Enqueue($"refused {reason}");

    public void Closed(EndPoint remote, string label, NbdCloseReason reason, string detail) => Lines.Enqueue($"closed {label} {reason} {detail}".TrimEnd());

    public void DeviceFailed(EndPoint remote, string label, string command, Exception cause) => Lines.Enqueue($"failed {label} {command}: {cause.Message}");

    /// <summary>Waits for a line; throws with all lines if it does not come.</summary>
    public async Task<string> WaitForAsync(string start, CancellationToken token)
    {
        for (var i = 0; i < 500; i++)
        {
            if (Lines.FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            await Task.Delay(20, token);
        }

        throw new InvalidOperationException($"no line '{start}…' in: {string.Join(" | ", Lines)}");
    }
}
