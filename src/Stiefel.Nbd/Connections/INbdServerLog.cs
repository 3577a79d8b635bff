using System.Net;
using Stiefel.Nbd.Transmission;

namespace Stiefel.Nbd.Connections;

/// <summary>Receives the server's events. Called on connection threads; must neither block nor throw.</summary>
public interface INbdServerLog
{
    /// <summary>An export was opened: transmission begins.</summary>
    void Opened(EndPoint remote, string label);

    /// <summary>A client was refused: an unknown export, a violation of the protocol, or a limit.</summary>
    void Refused(EndPoint remote, string reason);

    /// <summary>Transmission ended.</summary>
    void Closed(EndPoint remote, string label, NbdCloseReason reason, string detail);

    /// <summary>The device failed a command; the client was told.</summary>
    void DeviceFailed(EndPoint remote, string label, string command, Exception cause);
}
