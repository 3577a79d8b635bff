namespace Stiefel.Protocol.Envelope;

/// <summary>An envelope is forged, damaged, cut short, too long, or under another key. Nothing read after this may be used.</summary>
public sealed class EnvelopeException : Exception
{
    public EnvelopeException(string message) : base(message)
    {
    }

    public EnvelopeException(string message, Exception inner) : base(message, inner)
    {
    }

    public EnvelopeException()
    {
    }
}
