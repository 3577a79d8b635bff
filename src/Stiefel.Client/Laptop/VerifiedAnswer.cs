using Stiefel.Protocol.Envelope;

namespace Stiefel.Client.Laptop;

/// <summary>An answer being read: the envelope, and the HTTP response it arrives in.</summary>
internal sealed class VerifiedAnswer(HttpResponseMessage response, StallGuard body, EnvelopeReader content) : IAsyncDisposable
{
    /// <summary>The content; reading it gives verified bytes only.</summary>
    public EnvelopeReader Content { get; } = content;

    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        await body.DisposeAsync();
        response.Dispose();
    }
}
