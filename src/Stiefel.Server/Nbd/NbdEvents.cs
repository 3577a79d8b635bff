using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Transmission;
using Stiefel.Server.Desktops;
using Stiefel.Server.Grants;
using Stiefel.Server.Strangers;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Nbd;

/// <summary>Reports what the block server did to log, status and the disk's gate.</summary>
public sealed class NbdEvents(DesktopLog desktops, TunnelTable tunnels, StrangerLog strangers, DesktopPresence presence, TimeProvider time, ILogger<NbdServer> logger) : INbdServerLog
{
    private readonly RepeatedFailures _failures = new(time);

    /// <inheritdoc/>
    public void Opened(EndPoint remote, string label)
    {
        presence.Opened(label);
        logger.NbdOpened(remote, label);
        desktops.Add(tunnels.DesktopAt(remote), "connected", $"uses {label}");
    }

    // Only strangers and programs that break the protocol are refused, never a holder of the right capability.
    /// <inheritdoc/>
    public void Refused(EndPoint remote, string reason) => strangers.Knocked(tunnels.DesktopAt(remote), $"NBD, {reason}");

    /// <inheritdoc/>
    public void Closed(EndPoint remote, string label, NbdCloseReason reason, string detail)
    {
        presence.Closed(label);
        var words = detail.Length == 0 ? Words(reason) : $"{Words(reason)}: {detail}";
        logger.NbdClosed(remote, label, words);
        desktops.Add(tunnels.DesktopAt(remote), reason == NbdCloseReason.Disconnected ? "disconnected" : "lost", $"left {label}, {words}");
    }

    /// <inheritdoc/>
    public void DeviceFailed(EndPoint remote, string label, string command, Exception cause)
    {
        if (_failures.IsNews(label, cause is LinuxException { Errno: var errno } ? $"errno {errno}" : cause.GetType().Name))
        {
            logger.NbdDeviceFailed(remote, label, command, cause.Message);
        }
    }

    private static string Words(NbdCloseReason reason) => reason switch
    {
        NbdCloseReason.Disconnected => "properly",
        NbdCloseReason.Lost => "connection lost",
        NbdCloseReason.Violation => "protocol violated",
        _ => "ended by this server",
    };
}
