using Stiefel.Keys;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Keys;

namespace Stiefel.Server.Revocation;

/// <summary>
/// Looks at the directory of keys twice a second: a new key is accepted, and a revoked one ends its sessions. Not by inotify, which says nothing where
/// the directory lies on another machine, or is replaced as a whole. A revocation here does not wait for the next look.
/// </summary>
public sealed class KeyWatch(KeyRing ring, EventJournal journal, ILogger<KeyWatch> logger, SessionEnding? sessions = null) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    // Held by a look and by a revocation, never while waiting for the disk: that takes as long as the disk does, and meanwhile another key may have
    // to be revoked.
    private readonly Lock _lock = new();

    // Accepted no more and cut off, but what they were granted is not all ended yet: it is tried until it is.
    private readonly List<ListedKey> _revoked = [];
    private string? _failure;
    private IReadOnlyList<string> _problems = [];

    /// <summary>Revokes a key as if its file had been removed. When this returns, its sessions are ended and what they were granted is fenced.</summary>
    /// <returns>Null if there is no key of that name.</returns>
    public async Task<KeyRevocation?> RevokeAsync(string name)
    {
        Exception? unread;
        KeyChanges barred;
        ListedKey[] own;
        lock (_lock)
        {
            // A file that was exchanged a moment ago is revoked as it is now.
            unread = Look();
            barred = ring.Bar(name);
            Take(barred);

            // Include same-named keys whose ending is unfinished, so that a repeated request reports on them.
            own = [.. _revoked.Where(key => key.Key.Name == name || barred.Revoked.Contains(key))];
        }

        var wasThere = ring.RemoveFile(name, out var fileProblem);
        if (!wasThere && own.Length == 0)
        {
            return null;
        }

        var unfinished = await EndAsync(own);
        var id = (barred.Revoked.FirstOrDefault(key => key.Key.Name == name) ?? own.FirstOrDefault())?.Id;
        return new KeyRevocation(id, barred, ring.Keys.Count, fileProblem ?? unread?.Message, unfinished?.Message);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(s_interval);
        Exception? unfinished = null;
        var ending = Task.FromResult(unfinished);
        try
        {
            while (await timer.WaitForNextTickAsync(token))
            {
                var (problem, revoked) = LookAndList();
                if (ending.IsCompleted)
                {
                    // Not waited for here.
                    unfinished = await ending;
                    ending = Task.Run(() => EndAsync(revoked), CancellationToken.None);
                }

                Tell(unfinished ?? problem);
            }
        }
        finally
        {
            await ending;
        }
    }

    private (Exception? Problem, ListedKey[] Revoked) LookAndList()
    {
        lock (_lock)
        {
            return (Look(), [.. _revoked]);
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
            // A directory that cannot be read for a moment must not end the work of every desktop.
            return e;
        }
    }

    private void Take(KeyChanges changes)
    {
        foreach (var key in changes.Accepted)
        {
            logger.KeyAccepted(key.Key.Name);
            journal.Add(EventTopics.Key, "accepted", $"the key {key.Key.Name} is accepted from now on");
        }

        foreach (var key in changes.Revoked)
        {
            logger.KeyRevoked(key.Key.Name);
            journal.Add(EventTopics.Key, "revoked", $"the key {key.Key.Name} is accepted no more");
            _revoked.Add(key);
        }

        foreach (var key in changes.Revoked)
        {
            sessions?.CutOffKey(key.Id);
        }
    }

    /// <summary>Ends what hangs on revoked keys; those that fail are left for the next look and hold up no other.</summary>
    /// <returns>Why the first of them failed.</returns>
    private async Task<Exception?> EndAsync(IReadOnlyList<ListedKey> keys)
    {
        Exception? problem = null;
        foreach (var key in keys)
        {
            try
            {
                await (sessions?.OfKeyAsync(key.Id) ?? Task.CompletedTask);
                lock (_lock)
                {
                    _revoked.Remove(key);
                }
            }
            catch (Exception e)
            {
                problem ??= e;
            }
        }

        return problem;
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
