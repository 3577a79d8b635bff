using Stiefel.Keys;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Keys;

namespace Stiefel.Server.Revocation;

/// <summary>
/// Checks the directory of keys twice a second: accepts new keys, and ends the sessions of revoked ones. It does not use inotify, which reports nothing if
/// the directory lies on another machine or is replaced as a whole. A revocation through this server does not wait for the next check.
/// </summary>
public sealed class KeyWatch(KeyRing ring, EventJournal journal, ILogger<KeyWatch> logger, SessionEnding? sessions = null) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    // Held during a check or a revocation, but never while waiting for the disk: that may take long, and meanwhile another key may have
    // to be revoked.
    private readonly Lock _lock = new();

    // Revoked keys whose sessions are cut off but whose grants are not all ended yet; retried until they are.
    private readonly List<ListedKey> _revoked = [];
    private string? _failure;
    private IReadOnlyList<string> _problems = [];

    /// <summary>Revokes a key as if its file had been removed. When this returns, its sessions are ended and their grants are fenced.</summary>
    /// <returns>Null if there is no key of that name.</returns>
    public async Task<KeyRevocation?> RevokeAsync(string name)
    {
        Exception? unread;
        KeyChanges barred;
        ListedKey[] own;
        lock (_lock)
        {
            // Check first, so that a file that was replaced a moment ago is revoked with its present content.
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
                    // Do not wait for it here: the disk may be slow.
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

            // An unchanged bad file has the same problem at each check; report it only once.
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
            journal.Add(EventTopics.Key, "revoked", $"the key {key.Key.Name} is no longer accepted");
            _revoked.Add(key);
        }

        foreach (var key in changes.Revoked)
        {
            sessions?.CutOffKey(key.Id);
        }
    }

    /// <summary>Ends the sessions and grants of revoked keys; a key that fails is retried at the next check and does not delay the others.</summary>
    /// <returns>The error of the first key that failed; null if none did.</returns>
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
