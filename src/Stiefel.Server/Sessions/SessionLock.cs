using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Sessions;

/// <summary>What stands between a session and encrypted boot files. Thread-safe.</summary>
public sealed class SessionLock(bool isLocked)
{
    private readonly Lock _lock = new();
    private bool _isClosed = isLocked;
    private int _triesLeft = UnlockAnswer.MaxTries;

    /// <summary>It has not shown yet that it knows the passphrase.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>How often it may still try.</summary>
    public int TriesLeft
    {
        get
        {
            lock (_lock)
            {
                return _triesLeft;
            }
        }
    }

    /// <summary>Takes one try, before it is known whether it is wrong: requests that overlap must not share one.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            return _triesLeft > 0 && _triesLeft-- > 0;
        }
    }

    /// <summary>The try was none: nothing could be tried, or the passphrase was right.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            _triesLeft++;
        }
    }

    /// <summary>The right passphrase was given.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isClosed = false;
        }
    }

    /// <exception cref="RefusalException">It is closed.</exception>
    public void RefuseIfClosed()
    {
        if (IsClosed)
        {
            throw new RefusalException(new Refusal(RefusalCodes.Locked, "the laptop's boot files are locked: the passphrase comes first"));
        }
    }
}
