namespace Stiefel.Nbd.Wire;

/// <summary>The peer violated the protocol or disconnected in the middle of a message; the connection cannot continue.</summary>
public sealed class NbdProtocolException : IOException
{
    /// <param name="message">One line that says what the peer sent, and what was expected if that is not obvious.</param>
    public NbdProtocolException(string message)
        : base(message)
    {
    }

    /// <summary>True if the peer is a working server that has no export of this name (NBD_REP_ERR_UNKNOWN).</summary>
    public bool IsUnknownExport { get; init; }

    /// <summary>True if the peer is a working server that does not support the option (NBD_REP_ERR_UNSUP): a foreign one, or an older one of ours.</summary>
    public bool IsUnsupported { get; init; }
}
