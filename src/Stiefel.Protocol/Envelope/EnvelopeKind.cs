namespace Stiefel.Protocol.Envelope;

/// <summary>What an envelope holds; part of what is authenticated.</summary>
public enum EnvelopeKind : byte
{
    /// <summary>What was asked for.</summary>
    Data = 0,

    /// <summary>JSON of <see cref="Boot.Refusal"/>.</summary>
    Refusal = 1,
}
