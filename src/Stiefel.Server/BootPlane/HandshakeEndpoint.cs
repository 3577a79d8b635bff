using System.Net;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handshake;
using Stiefel.Server.Http;
using Stiefel.Server.Keys;
using Stiefel.Server.Offers;
using Stiefel.Server.Sessions;

namespace Stiefel.Server.BootPlane;

/// <summary>POST /v1/discovery: a client's hello in, the server's hello with the sealed manifest out (docs/protocol.md#handshake).</summary>
public sealed class HandshakeEndpoint(KeyRing keys, BootOffers offers, SessionTable sessions, StrangerRefusal strangers, TimeProvider time)
{
    private readonly SeenHellos _seen = new();

    public async Task AnswerAsync(HttpContext context)
    {
        var hello = await BoundedBody.ReadAsync(context.Request, ServerHandshake.ClientHelloSize, context.RequestAborted);
        var answer = hello is null || _seen.Has(hello) ? null : await AcceptAsync(context, hello, PeerAddress.Of(context), context.RequestAborted);
        if (answer is null)
        {
            await strangers.RefuseAsync(context);
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    /// <summary>The answer, or null for a stranger. Only for a genuine hello are boot files looked for, and that may take a while.</summary>
    private async Task<byte[]?> AcceptAsync(HttpContext context, byte[] hello, IPAddress peer, CancellationToken token)
    {
        try
        {
            var answer = Accept(hello, peer, () => offers.Fresh ?? throw new OfferPendingException());
            if (answer is not null)
            {
                Remember(context, hello);
            }

            return answer;
        }
        catch (OfferPendingException)
        {
            Remember(context, hello);
            var outcome = await WaitForOfferAsync(token);
            return Accept(hello, peer, outcome);
        }
    }

    // Genuine and new, as far as this server has lived: no stranger pushes its connection out. And genuine only once.
    private void Remember(HttpContext context, byte[] hello)
    {
        context.Features.Get<ConnectionStanding>()?.Greet();
        _seen.Add(hello);
    }

    private byte[]? Accept(byte[] hello, IPAddress peer, Func<BootOffer> offer)
    {
        BootOffer? offered = null;
        var accepted = keys.Keys;
        if (!ServerHandshake.TryAccept(hello, accepted, () => (offered = offer()).ForHello(), out var answer, out var session, out var keyName))
        {
            return null;
        }

        // A sealed refusal makes no session: there would be nothing to ask for.
        using (session)
        {
            var keyId = KeyRing.IdOf(accepted.First(k => k.Name == keyName));
            if (offered is not null)
            {
                sessions.Add(new BootSession(session, keyName, keyId, peer, offered, time.GetUtcNow()));
            }

            // Revoked while it was answered: whoever ends the key's sessions may have looked before this one was there.
            if (!keys.Accepts(keyId))
            {
                sessions.End(s => s.KeyId == keyId);
                return null;
            }
        }

        return answer;
    }

    private async Task<Func<BootOffer>> WaitForOfferAsync(CancellationToken token)
    {
        try
        {
            var offer = await offers.GetAsync(token);
            return () => offer;
        }
        catch (RefusalException refusal)
        {
            return () => throw refusal;
        }
    }

    private sealed class OfferPendingException : Exception;
}
