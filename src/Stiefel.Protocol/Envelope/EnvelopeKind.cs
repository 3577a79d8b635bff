namespace Stiefel.Protocol.Envelope;

/// <summary>The kind of an envelope's content; it is authenticated.</summary>
public enum EnvelopeKind : byte
{
    /// <summary>The data that was requested.</summary>
    Data = 0,

    /// <summary>A <see cref="Boot.Refusal"/> as JSON.</summary>
    Refusal = 1,
}
