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

    /// <summary>Answers the hello of a client that wants to boot; an invalid or repeated one gets the strangers' answer.</summary>
    public Task AnswerAsync(HttpContext context) => AnswerAsync(context, async token => offers.Fresh ?? await offers.GetAsync(token));

    /// <summary>Answers the hello of a client that wants the disk and nothing to boot, which need not exist, for example on a laptop that is to be repaired.</summary>
    public Task AnswerForDiskAsync(HttpContext context) => AnswerAsync(context, _ => Task.FromResult(offers.ForDisk()));

    private async Task AnswerAsync(HttpContext context, Func<CancellationToken, Task<BootOffer>> offerAsync)
    {
        var hello = await BoundedBody.ReadAsync(context.Request, ServerHandshake.ClientHelloSize, context.RequestAborted);
        var answer = hello is null || _seen.Has(hello) ? null : await AcceptAsync(context, hello, offerAsync);
        if (answer is null)
        {
            await strangers.RefuseAsync(context);
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    /// <summary>The answer, or null for a stranger. Boot files are looked for only after a genuine hello; that may take a while.</summary>
    private async Task<byte[]?> AcceptAsync(HttpContext context, byte[] bytes, Func<CancellationToken, Task<BootOffer>> offerAsync)
    {
        if (ServerHandshake.TryOpen(bytes, keys.Keys) is not { } hello)
        {
            return null;
        }

        // The hello is genuine and new to this run of the server: strangers cannot push its connection out, and a copy of it is refused.
        context.Features.Get<ConnectionStanding>()?.Greet();
        _seen.Add(bytes);
        var keyId = KeyRing.IdOf(hello.Key);
        try
        {
            var offer = await offerAsync(context.RequestAborted);
            return Answer(hello, keyId, PeerAddress.Of(context), offer);
        }
        catch (RefusalException refused)
        {
            return Refuse(hello, keyId, refused.Refusal);
        }
        catch (ObjectDisposedException)
        {
            // The key was removed and put back while the boot files were looked for; the client's next hello is answered.
            return null;
        }
    }

    private byte[]? Answer(GenuineHello hello, string keyId, IPAddress peer, BootOffer offer)
    {
        // A key may be revoked while the boot files are looked for.
        if (!keys.Accepts(keyId) || !hello.TryAnswer(offer.ForHello(), out var answer, out var session))
        {
            return null;
        }

        using (session)
        {
            sessions.Add(new BootSession(session, hello.Key.Name, keyId, peer, offer, time.GetUtcNow()));
        }

        return IsStillAccepted(keyId) ? answer : null;
    }

    private byte[]? Refuse(GenuineHello hello, string keyId, Refusal refusal) =>
        keys.Accepts(keyId) && hello.TryRefuse(refusal, out var answer) && IsStillAccepted(keyId) ? answer : null;

    // A key may be revoked while its hello is answered; its sessions may have been ended before this one was added.
    private bool IsStillAccepted(string keyId)
    {
        if (keys.Accepts(keyId))
        {
            return true;
        }

        sessions.End(s => s.KeyId == keyId);
        return false;
    }
}
