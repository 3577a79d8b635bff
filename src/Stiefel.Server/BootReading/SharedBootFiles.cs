using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;

namespace Stiefel.Server.BootReading;

/// <summary>
/// The boot files, opened once for all concurrent readers. They stay open for a moment after the last reader,
/// so that kernel, initrd and drivers of one boot share one opening; and they can be taken from all readers at once.
/// </summary>
public sealed class SharedBootFiles(IBootSource source, TimeSpan linger, ILogger<SharedBootFiles> logger) : IAsyncDisposable
{
    // Long enough that one boot asks for the passphrase only once; short enough that the volume is closed when another desktop comes later.
    private static readonly TimeSpan s_unlockedLinger = TimeSpan.FromMinutes(5);

    // Held while files are opened or closed and while a lease is given; returning a lease needs no turn.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private BootFilesOpening? _opening;

    /// <summary>True while the files are open, even without a reader.</summary>
    public bool IsOpen => _opening is not null;

    /// <summary>Borrows the files; give them back by disposing.</summary>
    /// <exception cref="BootCatalogException">There are no boot files.</exception>
    /// <exception cref="BootLockedException">The files are encrypted and need a passphrase.</exception>
    public Task<BootFilesLease> BorrowAsync(CancellationToken token) => BorrowAsync(source.OpenAsync, _ => Task.CompletedTask, token);

    /// <summary>Borrows the files with a passphrase, which must be right even if the files are open already.</summary>
    /// <exception cref="BootCatalogException">There are no boot files.</exception>
    /// <exception cref="BootLockedException">The passphrase is wrong.</exception>
    public Task<BootFilesLease> UnlockAsync(ReadOnlyMemory<byte> passphrase, CancellationToken token) => BorrowAsync(
        stop => source.UnlockAsync(passphrase, stop),
        async files =>
        {
            if (files.Locked is { } locked && !await files.IsPassphraseAsync(passphrase, token))
            {
                throw new BootLockedException(locked, wasTried: true);
            }
        },
        token);

    private async Task<BootFilesLease> BorrowAsync(Func<CancellationToken, ValueTask<IBootFiles>> openAsync, Func<IBootFiles, Task> checkOpenAsync, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            if (_opening is { IsSpent: true } spent)
            {
                await spent.RevokeAsync();
                await CloseOpeningAsync(spent);
            }

            if (_opening is { } open)
            {
                await checkOpenAsync(open.Files);
            }

            _opening ??= new BootFilesOpening(await openAsync(token));
            _opening.AddReader();
            return new BootFilesLease(this, _opening);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Revokes every lease, waits until each reader has let go, and closes the files.</summary>
    public async Task CloseAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_opening is { } opening)
            {
                await opening.RevokeAsync();
                await CloseOpeningAsync(opening);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    internal void Return(BootFilesOpening opening) => _ = CloseWhenIdleAsync(opening, opening.RemoveReader());

    private async Task CloseWhenIdleAsync(BootFilesOpening opening, int borrowed)
    {
        await Task.Delay(opening.Files.Locked is null ? linger : s_unlockedLinger);
        await _turn.WaitAsync();
        try
        {
            if (_opening == opening && opening.IsIdleSince(borrowed))
            {
                await CloseOpeningAsync(opening);
            }
        }
        catch (Exception e)
        {
            logger.BootFilesNotClosed(e);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task CloseOpeningAsync(BootFilesOpening opening)
    {
        // Keep the opening until it really is closed: a failed unmount must fail the grant that waits for it, now and at the next attempt.
        await opening.DisposeAsync();
        _opening = null;
    }
}
