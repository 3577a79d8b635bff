using System.Net;

namespace Stiefel.Nbd.Connections;

/// <summary>What the server has to say. Called on connection threads; must neither block nor throw.</summary>
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

/// <summary>Why transmission ended.</summary>
public enum NbdCloseReason
{
    /// <summary>NBD_CMD_DISC: the client ended it in good order.</summary>
    Disconnected,

    /// <summary>The client closed or lost the connection without saying goodbye.</summary>
    Lost,

    /// <summary>The client broke the protocol, or stalled for too long.</summary>
    Violation,

    /// <summary>This server ended it: fenced, or shutting down.</summary>
    Dropped,
}
