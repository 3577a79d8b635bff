using Stiefel.Server.Configuration;

namespace Stiefel.Server.Grants;

/// <summary>Where it is recorded which desktop has the disk, for a server that starts later. Used by one thread at a time.</summary>
public interface IGrantRecords
{
    /// <summary>Nobody else uses these records from now on, until this is disposed of: two servers would each void what the other granted.</summary>
    /// <exception cref="UnsafeSettingsException">Another server does.</exception>
    void Claim();

    /// <summary>The newest record; null if there is none.</summary>
    /// <exception cref="IOException">It cannot be read, or holds something else.</exception>
    GrantRecord? Read();

    /// <summary>Replaces it; when this returns, it survives a crash.</summary>
    /// <exception cref="IOException">It may be recorded, or not.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not recorded.</exception>
    void Write(GrantRecord record);

    /// <summary>Removes it; when this returns it does not come back, whatever crashes.</summary>
    /// <exception cref="IOException">It may be gone, or not.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not gone.</exception>
    void Delete();
}
