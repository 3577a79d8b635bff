using Stiefel.BootFiles.Catalog;

namespace Stiefel.BootFiles.Disk;

/// <summary>Where the payload's boot files come from.</summary>
public interface IBootSource
{
    /// <summary>Finds them and makes them readable; what this opens stays open until the result is disposed.</summary>
    /// <exception cref="BootCatalogException">There are none; the message says what was looked for.</exception>
    /// <exception cref="BootLockedException">They can be reached with a passphrase only.</exception>
    ValueTask<IBootFiles> OpenAsync(CancellationToken token);

    /// <summary>The same, for somebody who knows the passphrase of the encrypted device.</summary>
    /// <param name="passphrase">Stays the caller's; no copy is left behind.</param>
    /// <param name="token">Ends it.</param>
    /// <exception cref="BootLockedException">It is wrong.</exception>
    ValueTask<IBootFiles> UnlockAsync(ReadOnlyMemory<byte> passphrase, CancellationToken token) => OpenAsync(token);
}
