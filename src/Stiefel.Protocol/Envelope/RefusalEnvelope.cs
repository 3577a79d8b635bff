using System.IO.Pipelines;
using System.Text.Json;
using Stiefel.Protocol.Boot;

namespace Stiefel.Protocol.Envelope;

/// <summary>An envelope with a refusal and its reason, for an authenticated peer.</summary>
public static class RefusalEnvelope
{
    /// <summary>Largest size of the JSON in bytes.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Writes a complete envelope with the refusal.</summary>
    public static async Task WriteAsync(PipeWriter destination, ReadOnlyMemory<byte> answerKey, Refusal refusal, CancellationToken token)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(refusal, ProtocolJson.Default.Refusal);
        await using var writer = new EnvelopeWriter(destination, answerKey.Span, EnvelopeKind.Refusal);
        await writer.WriteAsync(json, token);
        await writer.CompleteAsync(token);
    }

    /// <summary>Reads a refusal and throws it; does nothing if the envelope holds data.</summary>
    /// <exception cref="RefusalException">The server refused.</exception>
    /// <exception cref="EnvelopeException">The envelope is not genuine, or its refusal is not JSON.</exception>
    public static async Task ThrowIfRefusedAsync(EnvelopeReader reader, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (reader.Kind != EnvelopeKind.Refusal)
        {
            return;
        }

        var json = await reader.ReadToEndAsync(MaxBytes, token);
        try
        {
            throw new RefusalException(JsonSerializer.Deserialize(json, ProtocolJson.Default.Refusal)
                ?? throw new EnvelopeException("the refusal is empty"));
        }
        catch (JsonException e)
        {
            throw new EnvelopeException("the refusal is not valid JSON", e);
        }
    }
}
