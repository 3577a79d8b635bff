namespace Stiefel.Protocol.Envelope;

/// <summary>An envelope is forged, damaged, cut short, too long, or sealed under another key. Nothing read after this may be used.</summary>
public sealed class EnvelopeException : Exception
{
    /// <inheritdoc cref="Exception"/>
    public EnvelopeException(string message) : base(message)
    {
    }

    /// <inheritdoc cref="Exception"/>
    public EnvelopeException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <inheritdoc cref="Exception"/>
    public EnvelopeException()
    {
    }
}
