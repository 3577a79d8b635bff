using Stiefel.BootFiles.Disk;

namespace Stiefel.Server.BootReading;

/// <summary>One opening of the boot files and the number of its present readers.</summary>
internal sealed class BootFilesOpening(IBootFiles files) : IAsyncDisposable
{
    private readonly CancellationTokenSource _revocation = new();
    private readonly SemaphoreSlim _returned = new(0);
    private readonly Lock _lock = new();
    private int _readers;
    private int _borrowed;
    private volatile bool _isOutdated;

    public IBootFiles Files { get; } = files;

    /// <summary>Cancelled to tell readers to let go.</summary>
    public CancellationToken Revoked => _revocation.Token;

    /// <summary>True if the next borrower must get a new opening.</summary>
    public bool IsSpent => _isOutdated || _revocation.IsCancellationRequested;

    /// <summary>Marks the files as changed since they were opened.</summary>
    public void MarkOutdated() => _isOutdated = true;

    public void AddReader()
    {
        lock (_lock)
        {
            _readers++;
            _borrowed++;
        }
    }

    /// <returns>How often the files have been borrowed so far, for <see cref="IsIdleSince"/>.</returns>
    public int RemoveReader()
    {
        lock (_lock)
        {
            _readers--;
            _returned.Release();
            return _borrowed;
        }
    }

    /// <summary>True if there is no reader and none has come since that count.</summary>
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
