using Stiefel.BootFiles.Disk;

namespace Stiefel.Server.BootReading;

/// <summary>The right to read the boot files, until disposed. The holder must let go soon after <see cref="Revoked"/> fires.</summary>
public sealed class BootFilesLease : IDisposable
{
    private readonly SharedBootFiles _owner;
    private readonly BootFilesOpening _opening;
    private bool _returned;

    internal BootFilesLease(SharedBootFiles owner, BootFilesOpening opening)
    {
        _owner = owner;
        _opening = opening;
    }

    /// <summary>The files; valid until this is disposed of, or revoked.</summary>
    public IBootFiles Files => _opening.Files;

    /// <summary>Cancelled when the disk is being granted and the files are about to be closed.</summary>
    public CancellationToken Revoked => _opening.Revoked;

    /// <summary>Marks the files as changed since they were opened, so that the next borrower opens them anew.</summary>
    public void MarkOutdated() => _opening.MarkOutdated();

    /// <summary>Gives the files back.</summary>
    public void Dispose()
    {
        if (!_returned)
        {
            _returned = true;
            _owner.Return(_opening);
        }
    }
}
