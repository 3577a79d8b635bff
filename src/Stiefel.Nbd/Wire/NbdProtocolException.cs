namespace Stiefel.Nbd.Wire;

/// <summary>The peer sent what the protocol forbids, or left in the middle of a message: the connection cannot go on.</summary>
public sealed class NbdProtocolException : IOException
{
    /// <param name="message">One line: what was sent, and what was expected instead.</param>
    public NbdProtocolException(string message)
        : base(message)
    {
    }

    /// <summary>The peer is a sound server that knows no export of this name (NBD_REP_ERR_UNKNOWN).</summary>
    public bool IsUnknownExport { get; init; }

    /// <summary>The peer is a sound server that does not know what was asked of it (NBD_REP_ERR_UNSUP): another one, or an older one of ours.</summary>
    public bool IsUnsupported { get; init; }
}
