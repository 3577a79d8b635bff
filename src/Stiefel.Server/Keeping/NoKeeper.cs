using Microsoft.Win32.SafeHandles;

namespace Stiefel.Server.Keeping;

/// <summary>A keeper that holds nothing.</summary>
public sealed class NoKeeper : IDiskKeeper
{
    /// <inheritdoc/>
    public SafeFileHandle? Find() => null;

    /// <inheritdoc/>
    public bool TryHold(SafeFileHandle disk) => false;

    /// <inheritdoc/>
    public void Release()
    {
    }
}
