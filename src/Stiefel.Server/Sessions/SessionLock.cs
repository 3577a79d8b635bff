using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Sessions;

/// <summary>Keeps a session from encrypted boot files until it gives the passphrase. Thread-safe.</summary>
public sealed class SessionLock(bool isLocked)
{
    private readonly Lock _lock = new();
    private bool _isClosed = isLocked;
    private int _triesLeft = UnlockAnswer.MaxTries;

    /// <summary>True until the session has given the right passphrase.</summary>
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

    /// <summary>How many passphrases the session may still try.</summary>
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

    /// <summary>Takes one try in advance, so that overlapping requests cannot share it; false if none is left.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            return _triesLeft > 0 && _triesLeft-- > 0;
        }
    }

    /// <summary>Returns a try that does not count: the passphrase was right or could not be checked.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            _triesLeft++;
        }
    }

    /// <summary>Unlocks the session after the right passphrase.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isClosed = false;
        }
    }

    /// <exception cref="RefusalException">The session is still locked.</exception>
    public void RefuseIfClosed()
    {
        if (IsClosed)
        {
            throw new RefusalException(new Refusal(RefusalCodes.Locked, "the laptop's boot files are locked: give the passphrase first"));
        }
    }
}
