using Stiefel.Server.Boot;
using Stiefel.Server.Boot.Sessions;

namespace Stiefel.Server.Keys;

/// <summary>
/// Looks at the folder of keys twice a second: a new key is accepted, and a revoked one ends its sessions. Not by inotify, which says nothing where
/// the folder lies on another machine, or is replaced as a whole.
/// </summary>
public sealed class KeyWatch(KeyRing ring, ILogger<KeyWatch> logger, SessionEnding? sessions = null) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    // Revoked, but not all that hung on them is ended yet: it is tried until it is.
    private readonly Queue<AcceptedKey> _revoked = [];
    private string? _failure;
    private IReadOnlyList<string> _problems = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            var problem = Look();
            Tell(await EndRevokedAsync() ?? problem);
        }
    }

    private Exception? Look()
    {
        try
        {
            var changes = ring.Refresh();
            foreach (var key in changes.Accepted)
            {
                logger.KeyAccepted(key.Key.Name);
            }

            // A file that stays as it is has the same to be said of it twice a second.
            foreach (var problem in changes.Problems.Except(_problems))
            {
                logger.KeyNotAccepted(problem);
            }

            _problems = changes.Problems;

            foreach (var key in changes.Revoked)
            {
                logger.KeyRevoked(key.Key.Name);
                _revoked.Enqueue(key);
            }

            return null;
        }
        catch (Exception e)
        {
            // A folder that cannot be read for a moment must not end the work of every desktop.
            return e;
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
