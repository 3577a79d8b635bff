using Stiefel.BootFiles.Catalog;

namespace Stiefel.BootFiles.Disk;

/// <summary>Finds the payload's boot files.</summary>
public interface IBootSource
{
    /// <summary>Finds the boot files and makes them readable; what this opens stays open until the result is disposed of.</summary>
    /// <exception cref="BootCatalogException">There are no boot files; the message says what was looked for.</exception>
    /// <exception cref="BootLockedException">The boot files can be reached only with a passphrase.</exception>
    ValueTask<IBootFiles> OpenAsync(CancellationToken token);

    /// <summary>As <see cref="OpenAsync"/>, with the passphrase of the encrypted device.</summary>
    /// <param name="passphrase">Owned by the caller; no copy is left behind.</param>
    /// <param name="token">Cancels the search.</param>
    /// <exception cref="BootLockedException">The passphrase is wrong.</exception>
    ValueTask<IBootFiles> UnlockAsync(ReadOnlyMemory<byte> passphrase, CancellationToken token) => OpenAsync(token);
}
