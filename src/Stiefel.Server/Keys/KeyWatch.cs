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

    // Of the next look and of whoever revokes a key: short, so that no key is accepted longer because another one's disk is slow to be closed.
    private readonly SemaphoreSlim _look = new(1, 1);

    // Of whoever ends what hung on revoked keys, which may wait for the disk.
    private readonly SemaphoreSlim _ending = new(1, 1);

    // Revoked, but not all that hung on them is ended yet: it is tried until it is. Locked for each access.
    private readonly List<AcceptedKey> _revoked = [];
    private volatile Exception? _unended;
    private string? _failure;
    private IReadOnlyList<string> _problems = [];

    /// <summary>Revokes a key as if its file had been removed. When this returns, its sessions are ended and what they were granted is fenced.</summary>
    /// <returns>Null if there is no key of that name.</returns>
    public async Task<KeyRevocation?> RevokeAsync(string name)
    {
        KeyRevocation revocation;
        Exception? unread;
        await _look.WaitAsync();
        try
        {
            // A file that was exchanged a moment ago is revoked as it is now.
            unread = Look();
            if (ring.Revoke(name) is not { } revoked)
            {
                return null;
            }

            revocation = revoked;
            Take(revocation.Changes);
        }
        finally
        {
            _look.Release();
        }

        var unfinished = (await EndRevokedAsync()).FirstOrDefault(failed => revocation.Changes.Revoked.Any(key => key.Id == failed.Key.Id)).Problem;
        return revocation with { FileProblem = revocation.FileProblem ?? unread?.Message, EndingProblem = unfinished?.Message };
    }

    public override void Dispose()
    {
        _look.Dispose();
        _ending.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var ending = Task.CompletedTask;
        using var timer = new PeriodicTimer(s_interval);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await _look.WaitAsync(stoppingToken).ConfigureAwait(false);
            try
            {
                Tell(Look() ?? _unended);
            }
            finally
            {
                _look.Release();
            }

            // The next look does not wait for it.
            if (ending.IsCompleted)
            {
                ending = Task.Run(async () => _unended = await EndRevokedAsync() is [var first, ..] ? first.Problem : null, CancellationToken.None);
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
            sessions?.CutOff(key.Id);
            lock (_revoked)
            {
                _revoked.Add(key);
            }
        }
    }

    /// <summary>Tries for every revoked key, whatever became of the others.</summary>
    /// <returns>Those for which it is to be tried again.</returns>
    private async Task<IReadOnlyList<(AcceptedKey Key, Exception Problem)>> EndRevokedAsync()
    {
        await _ending.WaitAsync();
        try
        {
            var failed = new List<(AcceptedKey, Exception)>();
            foreach (var key in Revoked())
            {
                try
                {
                    await (sessions?.OfKeyAsync(key.Id) ?? Task.CompletedTask);
                    lock (_revoked)
                    {
                        _revoked.Remove(key);
                    }
                }
                catch (Exception e)
                {
                    failed.Add((key, e));
                }
            }

            return failed;
        }
        finally
        {
            _ending.Release();
        }
    }

    private AcceptedKey[] Revoked()
    {
        lock (_revoked)
        {
            return [.. _revoked];
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
