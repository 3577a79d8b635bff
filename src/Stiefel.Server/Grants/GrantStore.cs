using Stiefel.Linux.Kernel;
using Stiefel.Server.Keys;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>Decides whether a recorded grant is honoured after a restart, and records the present one. Used by one thread at a time.</summary>
public sealed class GrantStore(IGrantRecords records, ServedDisk disk, KeyRing keys, ITunnels tunnels, ILogger<GrantStore> logger)
{
    /// <summary>Reads the grant that an earlier server recorded; one that is not honoured is removed, and the log says why.</summary>
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

    /// <summary>Restores the earlier record after a new grant failed, because the failed grant may already be on record. A failure is only logged.</summary>
    /// <param name="record">The earlier record; null for none.</param>
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

    /// <summary>Records a lost write, because a server that starts later must report it as well; deletes the record if that fails.</summary>
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
            // Keep the record although it gives nobody the disk: the desktop may ask once more whether its goodbye was heard.
            return !record.Snapshot && record.Boot == BootIdentity.Read() && record.Tunnel is null != tunnels.AreUsed;
        }

        if (record.Snapshot)
        {
            // The desktop's writes are gone with the server that kept them, so it must not continue on the disk as it was before.
            logger.SnapshotIsGone(record.Session, record.Desktop);
            return false;
        }

        if (record.Boot != BootIdentity.Read() || record.Medium.Length == 0)
        {
            // A desktop resends requests that were not acknowledged, but not acknowledged writes that had not reached the medium.
            logger.GrantOfOtherBoot(record.Session);
            return false;
        }

        if (record.Disk != disk.Name || (disk.IsReadOnly && !record.ReadOnly) || disk.IsSnapshot)
        {
            // Void it for good, even if that disk is served again later: it may have been changed meanwhile.
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
