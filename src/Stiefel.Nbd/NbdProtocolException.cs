namespace Stiefel.Nbd;

/// <summary>The peer sent what the protocol forbids, or left in the middle of a message: the connection cannot go on.</summary>
public sealed class NbdProtocolException : IOException
{
    /// <param name="message">One line: what was sent, and what was expected instead.</param>
    public NbdProtocolException(string message)
        : base(message)
    {
    }
}
