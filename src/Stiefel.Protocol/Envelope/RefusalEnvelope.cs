using System.IO.Pipelines;
using System.Text.Json;
using Stiefel.Protocol.Boot;

namespace Stiefel.Protocol.Envelope;

/// <summary>An envelope that says no, and why, to a peer that is known.</summary>
public static class RefusalEnvelope
{
    /// <summary>Bytes of the JSON.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Writes a whole envelope that holds <paramref name="refusal"/>.</summary>
    public static async Task WriteAsync(PipeWriter destination, ReadOnlyMemory<byte> answerKey, Refusal refusal, CancellationToken token)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(refusal, ProtocolJson.Default.Refusal);
        await using var writer = new EnvelopeWriter(destination, answerKey.Span, EnvelopeKind.Refusal);
        await writer.WriteAsync(json, token);
        await writer.CompleteAsync(token);
    }

    /// <summary>Does nothing for data; reads a refusal and throws it.</summary>
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
