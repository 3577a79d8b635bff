using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Processes;

namespace Stiefel.Server.Keeping;

/// <summary>Lets systemd hold the disk, in its file descriptor store (man 3 sd_pid_notify_with_fds).</summary>
public sealed class SystemdKeeper(ILogger<SystemdKeeper> logger) : IDiskKeeper
{
    private readonly DescriptorStore _store = new("stiefel-disk");
    private bool _isUsed;

    /// <inheritdoc/>
    public SafeFileHandle? Find()
    {
        var disk = _store.Find();
        _isUsed |= disk is not null;
        return disk;
    }

    /// <inheritdoc/>
    public bool TryHold(SafeFileHandle disk)
    {
        try
        {
            _isUsed = true;
            _store.Keep(disk);
            return true;
        }
        catch (IOException e)
        {
            logger.KeeperFailed(e.Message);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Release()
    {
        if (!_isUsed)
        {
            return;
        }

        try
        {
            _store.Drop();
            _isUsed = false;
        }
        catch (IOException e)
        {
            logger.KeeperFailed(e.Message);
        }
    }
}
