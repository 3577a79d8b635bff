using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handshake;
using Stiefel.Server.Desktops;
using Stiefel.Server.Grants;
using Stiefel.Server.Http;
using Stiefel.Server.Logging;
using Stiefel.Server.Sessions;

namespace Stiefel.Server.BootPlane;

/// <summary>The common part of every sealed request: open it or refuse its sender as a stranger, then send the answer or a refusal with its reason.</summary>
public sealed class SealedExchange(SessionTable sessions, StrangerRefusal strangers, DesktopLog desktops, ILogger<SealedExchange> logger)
{
    /// <param name="context">The request.</param>
    /// <param name="maxBody">The most bytes that a request of this kind may have before sealing.</param>
    /// <param name="act">Answers the request. A <see cref="RefusalException"/> becomes a sealed refusal.</param>
    public async Task AnswerAsync(HttpContext context, int maxBody, Func<OpenedRequest, SealedResponse, CancellationToken, Task> act)
    {
        var token = context.RequestAborted;
        var path = context.Request.Path.Value!;
        // Keep at most one frame of a request that names no known session. Anyone who listens on the link can name one, so this is no proof.
        var body = await BoundedBody.ReadAsync(context.Request, maxBody + RequestSealer.FrameBytes, RequestSealer.FrameBytes, sessions.Knows, token);
        if (body is null || !sessions.TryOpen(path, body, out var request))
        {
            await strangers.RefuseAsync(context);
            return;
        }

        context.Features.Get<ConnectionStanding>()?.Prove();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, request.Session.Ended);
        token = both.Token;
        var answer = new SealedResponse(context.Response, request.AnswerKey, PeerAddress.Of(context));
        if (request.IsFirst)
        {
            logger.SessionConfirmed(request.Session.Id, answer.Peer, request.Session.KeyName);
            logger.PhaseReached(Phase.Session);
            desktops.Add(answer.Peer, "session", $"session {request.Session.Id} with key {request.Session.KeyName}");
        }

        try
        {
            await act(request, answer, token);
        }
        catch (Exception e)
        {
            if (answer.HasStarted || token.IsCancellationRequested)
            {
                // Abort, so that the client sees an envelope without its end and knows that the answer is incomplete.
                logger.BrokeOff(request.Session.Id, path, e.Message);
                desktops.Add(answer.Peer, "broken-off", $"{path} broke off");
                context.Abort();
                return;
            }

            var refusal = RefusalFor(e);
            if (e is RefusalException or DiskInUseException or BootCatalogException or BootLockedException)
            {
                logger.Refused(request.Session.Id, path, refusal.Message);
            }
            else
            {
                logger.Failed(request.Session.Id, path, e);
            }

            desktops.Add(answer.Peer, "refused", $"{path} refused: {refusal.Message}");
            await answer.RefuseAsync(refusal, token);
        }
    }

    private static Refusal RefusalFor(Exception exception) => exception switch
    {
        RefusalException e => e.Refusal,
        DiskInUseException e => new Refusal(RefusalCodes.DiskInUse, e.Message),
        BootLockedException e => new Refusal(RefusalCodes.Locked, e.Message),
        BootCatalogException e => new Refusal(RefusalCodes.NoBootFiles, e.Message),
        OperationCanceledException => new Refusal(RefusalCodes.DiskInUse, "the disk was just given to a desktop; try again"),
        _ => new Refusal(RefusalCodes.Failed, exception.Message),
    };
}
