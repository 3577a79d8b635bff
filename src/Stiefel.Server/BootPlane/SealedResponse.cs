using System.Net;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Envelope;

namespace Stiefel.Server.BootPlane;

/// <summary>The answer to one sealed request: an envelope of data, or of a refusal.</summary>
public sealed class SealedResponse(HttpResponse response, byte[] answerKey, IPAddress peer)
{
    // The user of the envelope disposes of it.
    private Func<long> _handedOver = () => 0;

    /// <summary>The address of the desktop that receives the answer.</summary>
    public IPAddress Peer => peer;

    /// <summary>True once bytes were handed to Kestrel or sent; from then on a failure can only break the answer off.</summary>
    public bool HasStarted => response.HasStarted || _handedOver() > 0;

    /// <summary>Begins an envelope of data; nothing is sent before its first segments are full or it is completed.</summary>
    /// <param name="plainLength">The number of bytes that will be written, if known; the client shows its progress by it.</param>
    public EnvelopeWriter Begin(long? plainLength)
    {
        response.ContentType = "application/octet-stream";
        response.ContentLength = plainLength is { } length ? EnvelopeReader.SealedLength(length) : null;
        var envelope = new EnvelopeWriter(response.BodyWriter, answerKey, EnvelopeKind.Data);
        _handedOver = () => envelope.SealedBytes;
        return envelope;
    }

    /// <summary>Sends a refusal with its reason.</summary>
    public Task RefuseAsync(Refusal refusal, CancellationToken token)
    {
        response.ContentType = "application/octet-stream";
        response.ContentLength = null;
        return RefusalEnvelope.WriteAsync(response.BodyWriter, answerKey, refusal, token);
    }
}
