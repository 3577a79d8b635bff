namespace Stiefel.Nbd.Transmission;

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
