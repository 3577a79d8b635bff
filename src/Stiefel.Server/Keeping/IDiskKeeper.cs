using Microsoft.Win32.SafeHandles;

namespace Stiefel.Server.Keeping;

/// <summary>
/// Holds the open disk besides this server, with its exclusive claim and locks, and outlives the server: as long as it does, no other program can
/// open the disk exclusively, and a desktop may continue under the next server. It holds one disk or none. Used by one thread at a time.
/// </summary>
public interface IDiskKeeper
{
    /// <summary>The open disk that was held for a killed server; null if there is none. The keeper goes on holding it.</summary>
    SafeFileHandle? Find();

    /// <summary>Holds this disk instead of any other.</summary>
    /// <returns>False if it cannot; then nothing protects the disk if this server is killed.</returns>
    bool TryHold(SafeFileHandle disk);

    /// <summary>Releases the disk.</summary>
    void Release();
}
