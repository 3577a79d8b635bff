using Stiefel.Server.Boot;
using Stiefel.Server.Boot.Sessions;

namespace Stiefel.Server.Keys;

/// <summary>
/// Looks at the folder of keys twice a second: a new key is accepted, and a revoked one ends its sessions. Not by inotify, which says nothing where
/// the folder lies on another machine, or is replaced as a whole. Whoever revokes a key here does not wait for the next look.
/// </summary>
public sealed class KeyWatch(KeyRing ring, ILogger<KeyWatch> logger, SessionEnding? sessions = null) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    // Of the next look and of whoever revokes a key.
    private readonly SemaphoreSlim _turn = new(1, 1);

    // Revoked, but not all that hung on them is ended yet: it is tried until it is.
    private readonly Queue<AcceptedKey> _revoked = [];
    private string? _failure;
    private IReadOnlyList<string> _problems = [];

    /// <summary>Revokes a key as if its file had been removed. When this returns, its sessions are ended and what they were granted is fenced.</summary>
    /// <returns>Null if there is no key of that name.</returns>
    public async Task<KeyRevocation?> RevokeAsync(string name)
    {
        await _turn.WaitAsync();
        try
        {
            // A file that was exchanged a moment ago is revoked as it is now.
            var unread = Look();
            if (ring.Revoke(name) is not { } revocation)
            {
                return null;
            }

            Take(revocation.Changes);
            var unfinished = await EndRevokedAsync();
            return revocation with { FileProblem = revocation.FileProblem ?? unread?.Message, EndingProblem = unfinished?.Message };
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await _turn.WaitAsync(stoppingToken).ConfigureAwait(false);
            try
            {
                var problem = Look();
                Tell(await EndRevokedAsync() ?? problem);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    private Exception? Look()
    {
        try
        {
            var changes = ring.Refresh();

            // A file that stays as it is has the same to be said of it twice a second.
            foreach (var problem in changes.Problems.Except(_problems))
            {
                logger.KeyNotAccepted(problem);
            }

            _problems = changes.Problems;
            Take(changes);
            return null;
        }
        catch (Exception e)
        {
            // A folder that cannot be read for a moment must not end the work of every desktop.
            return e;
        }
    }

    private void Take(KeyChanges changes)
    {
        foreach (var key in changes.Accepted)
        {
            logger.KeyAccepted(key.Key.Name);
        }

        foreach (var key in changes.Revoked)
        {
            logger.KeyRevoked(key.Key.Name);
            _revoked.Enqueue(key);
        }
    }

    private async Task<Exception?> EndRevokedAsync()
    {
        try
        {
            while (_revoked.TryPeek(out var key))
            {
                await (sessions?.OfKeyAsync(key.Id) ?? Task.CompletedTask);
                _revoked.Dequeue();
            }

            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private void Tell(Exception? problem)
    {
        if (problem is not null && _failure != problem.Message)
        {
            logger.KeysNotRead(problem);
        }

        _failure = problem?.Message;
    }
}
