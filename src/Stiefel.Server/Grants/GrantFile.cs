using Stiefel.Server.State;

namespace Stiefel.Server.Grants;

/// <summary>The record in a file of the state directory.</summary>
/// <param name="path">The file; for root alone, since it holds the capability.</param>
public sealed class GrantFile(string path) : IGrantRecords
{
    private readonly StateFile<GrantRecord> _file = new(path, GrantJson.Default.GrantRecord);

    /// <inheritdoc/>
    public GrantRecord? Read() => _file.Read();

    /// <inheritdoc/>
    public void Write(GrantRecord record) => _file.Write(record);

    /// <inheritdoc/>
    public void Delete() => _file.Delete();
}
