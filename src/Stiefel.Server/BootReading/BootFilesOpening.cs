using Stiefel.BootFiles.Disk;

namespace Stiefel.Server.BootReading;

/// <summary>One opening of the boot files and how many read them now.</summary>
internal sealed class BootFilesOpening(IBootFiles files) : IAsyncDisposable
{
    private readonly CancellationTokenSource _revocation = new();
    private readonly SemaphoreSlim _returned = new(0);
    private readonly Lock _lock = new();
    private int _readers;
    private int _borrowed;
    private volatile bool _isOutdated;

    public IBootFiles Files { get; } = files;

    /// <summary>Tells readers to let go.</summary>
    public CancellationToken Revoked => _revocation.Token;

    /// <summary>The next borrower gets a new opening.</summary>
    public bool IsSpent => _isOutdated || _revocation.IsCancellationRequested;

    /// <summary>The files are no longer what was found when they were opened.</summary>
    public void MarkOutdated() => _isOutdated = true;

    public void AddReader()
    {
        lock (_lock)
        {
            _readers++;
            _borrowed++;
        }
    }

    /// <returns>How often the files had been borrowed by then, for <see cref="IsIdleSince"/>.</returns>
    public int RemoveReader()
    {
        lock (_lock)
        {
            _readers--;
            _returned.Release();
            return _borrowed;
        }
    }

    /// <summary>True if nobody reads now, and nobody began to since.</summary>
    public bool IsIdleSince(int borrowed)
    {
        lock (_lock)
        {
            return _readers == 0 && _borrowed == borrowed;
        }
    }

    /// <summary>Tells every reader to let go and returns when all have.</summary>
    public async Task RevokeAsync()
    {
        await _revocation.CancelAsync();
        while (HasReaders())
        {
            await _returned.WaitAsync();
        }
    }

    /// <summary>Closes the files. If that fails, it can be tried again.</summary>
    public async ValueTask DisposeAsync()
    {
        await Files.DisposeAsync();
        _revocation.Dispose();
        _returned.Dispose();
    }

    private bool HasReaders()
    {
        lock (_lock)
        {
            return _readers > 0;
        }
    }
}
