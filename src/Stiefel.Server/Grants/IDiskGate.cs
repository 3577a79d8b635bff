using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;
using Stiefel.Protocol.Control;
using Stiefel.Server.BootReading;

namespace Stiefel.Server.Grants;

/// <summary>
/// Decides who may have the disk. There is one gate, and everything that reads or grants the disk goes through it, one change at a time:
/// <see cref="WriterGate"/> grants the disk itself, to one desktop; <see cref="GuestGate"/> grants snapshots of it, to many.
///
/// A disk is either read for boot or granted for writing, never both: a partition and the whole disk have different page
/// caches, and reading a file system while someone else writes it yields garbage.
///
/// A grant is a capability: the secret name of an export. The server knows the name as long as the grant is valid, even while the disk cannot
/// be opened for it, because a desktop gives its disk up when it hears that its export is unknown.
/// </summary>
public interface IDiskGate : IAsyncDisposable
{
    /// <summary>What the disk is used for now.</summary>
    DiskState State { get; }

    /// <summary>A counter that rises whenever a desktop may begin to change the boot files.</summary>
    int Generation { get; }

    /// <summary>The newest grant; null if there is none.</summary>
    GrantRecord? Granted { get; }

    /// <summary>What is granted, oldest first.</summary>
    IReadOnlyList<GrantedExport> Exports { get; }

    /// <summary>True if the last desktop that had the disk lost it without a goodbye: a person ended its session or key, or the disk was exchanged or changed.</summary>
    bool WasTakenAway { get; }

    /// <summary>Honours the grant of a server that ran before this one, and no older one. Called once, before anything else.</summary>
    void Restore();

    /// <summary>Lets a desktop or this server read the boot files.</summary>
    /// <param name="reader">The desktop that asks; null for the server itself, which never ends a grant for this.</param>
    /// <param name="token">Cancels the wait.</param>
    /// <exception cref="DiskInUseException">Another desktop is connected to the disk, or may come back to it.</exception>
    /// <exception cref="BootCatalogException">There are no boot files.</exception>
    /// <exception cref="BootLockedException">The boot files are encrypted and need a passphrase.</exception>
    Task<BootFilesLease> ReadAsync(BootReader? reader, CancellationToken token);

    /// <summary>Unlocks encrypted boot files with a passphrase and lets a desktop read them.</summary>
    /// <exception cref="DiskInUseException">Another desktop is connected to the disk.</exception>
    /// <exception cref="BootCatalogException">There are no boot files.</exception>
    /// <exception cref="BootLockedException">The passphrase is wrong.</exception>
    Task<BootFilesLease> UnlockAsync(BootReader reader, ReadOnlyMemory<byte> passphrase, CancellationToken token);

    /// <summary>Gives the disk to a session.</summary>
    /// <exception cref="DiskInUseException">Another desktop is connected, or may come back, and is not to be ended; or this machine uses the disk.</exception>
    /// <exception cref="IOException">The disk, the tunnel or the record failed; the desktop that had the disk before keeps it.</exception>
    Task<GrantedDisk> GrantAsync(GrantRequest request, CancellationToken token);

    /// <summary>Takes the disk from the desktops whose grants match: their connections end and their capabilities are void, also for a server that starts later.</summary>
    /// <returns>One of the grants that were ended; null if there was none.</returns>
    Task<GrantRecord?> EndAsync(Predicate<GrantRecord> which);

    /// <summary>Takes back a grant that its session never used, as if it had not been made.</summary>
    /// <returns>False if the session has no grant, or a client has connected with its capability: writes may have followed, which only a goodbye may end.</returns>
    Task<bool> GiveBackAsync(string session);

    /// <summary>Stops all granting and reading of the disk for good, because the laptop leaves the ramdisk. Refuses while a desktop has the disk, unless forced.</summary>
    /// <returns>The grant of the desktop that keeps the disk; null if the disk is closed for good.</returns>
    Task<GrantRecord?> CloseForGoodAsync(bool force);
}
