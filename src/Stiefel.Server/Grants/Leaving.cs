namespace Stiefel.Server.Grants;

/// <summary>Whether the laptop is about to leave its ramdisk; from then on its disk is granted to no one. Used by the holder of a gate's turn only.</summary>
internal sealed class Leaving
{
    private bool _isDecided;

    /// <summary>Decides that the laptop leaves, unless a desktop has the disk.</summary>
    /// <param name="granted">The desktop that has it; null for none.</param>
    /// <param name="force">True to leave even so.</param>
    /// <returns>The grant that keeps the laptop from leaving; null if it leaves.</returns>
    public GrantRecord? Decide(GrantRecord? granted, bool force)
    {
        _isDecided = force || granted is null;
        return _isDecided ? null : granted;
    }

    /// <exception cref="DiskInUseException">The laptop is leaving.</exception>
    public void RefuseIfDecided()
    {
        if (_isDecided)
        {
            throw new DiskInUseException("this laptop is leaving the ramdisk: try again when its own system runs");
        }
    }
}
