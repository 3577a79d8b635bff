using Stiefel.Server.Configuration;

namespace Stiefel.Server.Grants;

/// <summary>Records which desktop has the disk, for a server that starts later. Used by one thread at a time.</summary>
public interface IGrantRecords
{
    /// <summary>Claims the records until this object is disposed of: two servers would each void what the other granted.</summary>
    /// <exception cref="UnsafeSettingsException">Another server uses the records.</exception>
    void Claim();

    /// <summary>Reads the newest record; null if there is none.</summary>
    /// <exception cref="IOException">The record cannot be read or is malformed.</exception>
    GrantRecord? Read();

    /// <summary>Replaces the record; when this returns, the new one survives a crash.</summary>
    /// <exception cref="IOException">Writing failed; the record may be stored or not.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing was not permitted; the record is not stored.</exception>
    void Write(GrantRecord record);

    /// <summary>Removes the record; when this returns, it does not come back after a crash.</summary>
    /// <exception cref="IOException">Removing failed; the record may be gone or not.</exception>
    /// <exception cref="UnauthorizedAccessException">Removing was not permitted; the record is still there.</exception>
    void Delete();
}
