namespace Stiefel.Protocol.Handshake;

/// <summary>The server's hello is not genuine: another key, another conversation, or damaged bytes.</summary>
public sealed class HandshakeException : Exception
{
    /// <inheritdoc cref="Exception"/>
    public HandshakeException(string message) : base(message)
    {
    }

    /// <inheritdoc cref="Exception"/>
    public HandshakeException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <inheritdoc cref="Exception"/>
    public HandshakeException()
    {
    }
}
