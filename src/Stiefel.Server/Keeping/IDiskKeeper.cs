using Microsoft.Win32.SafeHandles;

namespace Stiefel.Server.Keeping;

/// <summary>
/// Something that has the open disk besides this server, with its claim and its locks, and outlives it: as long as it does, nobody else can have
/// opened the disk exclusively, and a desktop may go on with it under the next server. What it has is one disk or none. Used by one thread at a time.
/// </summary>
public interface IDiskKeeper
{
    /// <summary>What was held for a server that was killed; null for nothing. It is held on.</summary>
    SafeFileHandle? Find();

    /// <summary>Holds this from now on, and nothing else.</summary>
    /// <returns>False if it cannot: if this server is killed, the disk is anybody's.</returns>
    bool TryHold(SafeFileHandle disk);

    /// <summary>Holds nothing from now on.</summary>
    void Release();
}
