using Stiefel.Linux.Kernel;
using Stiefel.Server.Keys;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>Which recorded grant is honoured after a restart, and what is recorded of the present one. Used by one thread at a time.</summary>
public sealed class GrantStore(IGrantRecords records, ServedDisk disk, KeyRing keys, ITunnels tunnels, ILogger<GrantStore> logger)
{
    /// <summary>The grant of a server that ran before this one; one that is not honoured is removed, and the log says why.</summary>
    /// <returns>Null if there is none to honour.</returns>
    /// <exception cref="IOException">The record cannot be read or removed.</exception>
    public GrantRecord? ReadHonoured()
    {
        var record = records.Read();
        if (record is null || IsHonoured(record))
        {
            return record;
        }

        records.Delete();
        return null;
    }

    /// <inheritdoc cref="IGrantRecords.Write"/>
    public void Write(GrantRecord record) => records.Write(record);

    /// <inheritdoc cref="IGrantRecords.Delete"/>
    public void Delete() => records.Delete();

    /// <summary>Records what was recorded before a grant that failed: that one may be on record, although it could not be made sure that it stays there.</summary>
    /// <param name="record">Null for none.</param>
    public void WriteAgain(GrantRecord? record)
    {
        try
        {
            if (record is null)
            {
                records.Delete();
            }
            else
            {
                records.Write(record);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.GrantNotRecordedAgain(e);
        }
    }

    /// <summary>Records a loss: a server that starts later must know of it as well, or not honour the grant.</summary>
    public void WriteLoss(GrantRecord record)
    {
        try
        {
            records.Write(record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LostWriteNotRecorded(record.Session, e);
            records.Delete();
        }
    }

    private bool IsHonoured(GrantRecord record)
    {
        if (record.HasEnded)
        {
            // It gives nobody the disk; its desktop may ask once more whether its goodbye was heard.
            return !record.Snapshot && record.Boot == BootIdentity.Read() && record.Tunnel is null != tunnels.AreUsed;
        }

        if (record.Snapshot)
        {
            // What the desktop has written is gone with the server that kept it: it must not go on with the disk from before.
            logger.SnapshotIsGone(record.Session, record.Desktop);
            return false;
        }

        if (record.Boot != BootIdentity.Read() || record.Medium.Length == 0)
        {
            // A desktop resends what was not acknowledged, not what was and had not reached the medium when the machine went down.
            logger.GrantOfOtherBoot(record.Session);
            return false;
        }

        if (record.Disk != disk.Name || record.ReadOnly != disk.IsReadOnly || disk.IsSnapshot)
        {
            // Not even if that disk is served again: it may have been changed meanwhile, and a desktop must not go on with what it was.
            logger.GrantOfOtherDisk(record.Session, record.Disk);
            return false;
        }

        if (record.Tunnel is null == tunnels.AreUsed)
        {
            logger.GrantOfOtherProtection(record.Session);
            return false;
        }

        if (!keys.Accepts(record.KeyId))
        {
            logger.GrantOfRevokedKey(record.Session, record.Key);
            return false;
        }

        return true;
    }
}
