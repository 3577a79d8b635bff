using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Stiefel.BootFiles.Disk;
using Stiefel.Protocol.Boot;
using Stiefel.Server.BootReading;
using Stiefel.Server.Desktops;
using Stiefel.Server.Grants;
using Stiefel.Server.Offers;
using Stiefel.Server.Sessions;

namespace Stiefel.Server.BootPlane;

/// <summary>
/// POST /v1/unlock: the passphrase of the laptop's encrypted disk, sealed like every request (docs/protocol.md#unlocking). Tries run one at a time,
/// because each takes seconds and up to a gigabyte of memory; and after a wrong one the next waits for a while, whichever session it comes from.
/// </summary>
public sealed class UnlockEndpoint(SealedExchange exchange, IDiskGate gate, BootOffers offers, PassphraseDelay delay, DesktopLog desktops, ILogger<UnlockEndpoint> logger) : IDisposable
{
    // Twice the longest passphrase, so that one that is slightly too long is refused with a reason.
    private const int MaxRequest = 2 * UnlockAnswer.MaxPassphraseBytes;

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>POST /v1/unlock: tries a passphrase (docs/protocol.md#unlocking).</summary>
    public Task AnswerAsync(HttpContext context) => exchange.AnswerAsync(context, MaxRequest, async (request, answer, token) =>
    {
        try
        {
            await AnswerAsync(request, answer, token);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(request.Body);
        }
    });

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task AnswerAsync(OpenedRequest request, SealedResponse answer, CancellationToken token)
    {
        if (request.Body.Length is 0 or > UnlockAnswer.MaxPassphraseBytes)
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, $"a passphrase has 1 to {UnlockAnswer.MaxPassphraseBytes} bytes"));
        }

        BootOffer? offer;
        await _turn.WaitAsync(token);
        try
        {
            offer = await TryAsync(request, answer.Peer, token);
        }
        finally
        {
            _turn.Release();
        }

        var left = request.Session.Lock.TriesLeft;
        var json = JsonSerializer.SerializeToUtf8Bytes(new UnlockAnswer { Manifest = offer?.Manifest, TriesLeft = left }, ProtocolJson.Default.UnlockAnswer);
        await using var envelope = answer.Begin(json.Length);
        await envelope.WriteAsync(json, token);
        await envelope.CompleteAsync(token);
    }

    /// <summary>The offer that the passphrase unlocks; null if the passphrase is wrong.</summary>
    private async Task<BootOffer?> TryAsync(OpenedRequest request, IPAddress peer, CancellationToken token)
    {
        var session = request.Session;
        await delay.WaitAsync(token);
        if (!session.Lock.TryTake())
        {
            throw new RefusalException(new Refusal(RefusalCodes.NoTriesLeft, $"{UnlockAnswer.MaxTries} passphrases were wrong; start over"));
        }

        var isWrong = false;
        try
        {
            using var lease = await gate.UnlockAsync(request.Session.ReaderAt(peer), request.Body, token);
            // Stop waiting when the lease is revoked: a desktop that takes the disk waits for this lease, and the offer waits for that desktop.
            using var both = CancellationTokenSource.CreateLinkedTokenSource(token, lease.Revoked);
            var offer = await offers.OfUnlockedAsync(both.Token);
            session.Unlock(offer);
            delay.Forget();
            logger.BootFilesUnlocked(session.Id, peer);
            desktops.Add(peer, "unlocked", "gave the passphrase of the laptop's disk");
            return offer;
        }
        catch (BootLockedException e) when (e.WasTried)
        {
            isWrong = true;
            delay.Wrong();
            logger.WrongPassphrase(session.Id, peer, session.Lock.TriesLeft);
            desktops.Add(peer, "wrong-passphrase", "gave a wrong passphrase of the laptop's disk");
            return null;
        }
        finally
        {
            if (!isWrong)
            {
                session.Lock.GiveBack();
            }
        }
    }
}
