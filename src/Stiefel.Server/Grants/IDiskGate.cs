using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;
using Stiefel.Protocol.Control;
using Stiefel.Server.BootReading;

namespace Stiefel.Server.Grants;

/// <summary>
/// Decides who may have the disk. There is one gate, and everything that reads or grants the disk goes through it, one change at a time:
/// <see cref="WriterGate"/> grants the disk itself, to one desktop; <see cref="GuestGate"/> grants snapshots of it, to many.
///
/// A disk is either read for boot or granted for writing, never both: the page caches of a partition and of the whole disk are different
/// caches, and a file system that is read under another's writes is garbage.
///
/// A grant is a capability: the secret name of an export. It is known as long as it is valid, also while the disk cannot be opened for it,
/// since a desktop that hears of an unknown export gives its disk up.
/// </summary>
public interface IDiskGate : IAsyncDisposable
{
    /// <summary>What the disk is used for now.</summary>
    DiskState State { get; }

    /// <summary>Rises whenever a desktop may begin to change the boot files.</summary>
    int Generation { get; }

    /// <summary>The newest grant; null if there is none.</summary>
    GrantRecord? Granted { get; }

    /// <summary>What is granted, oldest first.</summary>
    IReadOnlyList<GrantedExport> Exports { get; }

    /// <summary>The last desktop that had the disk lost it without a goodbye: a person ended its session or key, or the disk is another one.</summary>
    bool WasTakenAway { get; }

    /// <summary>Honours the grant of a server that ran before this one, and no older one. Called once, before anything else.</summary>
    void Restore();

    /// <summary>Lets somebody read the boot files.</summary>
    /// <param name="reader">The desktop that asks; null for the server itself, which ends nothing for it.</param>
    /// <param name="token">Ends the wait.</param>
    /// <exception cref="DiskInUseException">Another desktop is connected to the disk, or may come back to it.</exception>
    /// <exception cref="BootCatalogException">There are no boot files.</exception>
    /// <exception cref="BootLockedException">They are closed, and take a passphrase.</exception>
    Task<BootFilesLease> ReadAsync(BootReader? reader, CancellationToken token);

    /// <summary>Lets somebody read encrypted boot files who knows their passphrase.</summary>
    /// <exception cref="DiskInUseException">Another desktop is connected to the disk.</exception>
    /// <exception cref="BootCatalogException">There are no boot files.</exception>
    /// <exception cref="BootLockedException">It is wrong.</exception>
    Task<BootFilesLease> UnlockAsync(BootReader reader, ReadOnlyMemory<byte> passphrase, CancellationToken token);

    /// <summary>Gives the disk to a session.</summary>
    /// <exception cref="DiskInUseException">Another desktop is connected, or may come back, and is not to be ended; or this machine uses the disk.</exception>
    /// <exception cref="IOException">The disk, the tunnel or the record of it failed; the desktop that had the disk before has it still.</exception>
    Task<GrantedDisk> GrantAsync(GrantRequest request, CancellationToken token);

    /// <summary>Takes the disk from the desktops that it names: connections end, and the capability is void, also for a server that starts later.</summary>
    /// <returns>One that was ended; null if none was.</returns>
    Task<GrantRecord?> EndAsync(Predicate<GrantRecord> which);

    /// <summary>A session gives back what it was granted and never used: it is as if that had not been.</summary>
    /// <returns>False if it has nothing, or somebody has connected with its capability, since that one's writes must not be forgotten so.</returns>
    Task<bool> GiveBackAsync(string session);

    /// <summary>Grants the disk to nobody any more, and lets nobody read it: the laptop leaves. Not while a desktop has it, unless forced.</summary>
    /// <returns>The desktop that has it, which keeps it; null if it is closed for good.</returns>
    Task<GrantRecord?> CloseForGoodAsync(bool force);
}
