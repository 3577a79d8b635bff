using Stiefel.Server.Configuration;
using Stiefel.Server.State;

namespace Stiefel.Server.Grants;

/// <summary>The record in a file of the state directory.</summary>
/// <param name="path">The file; for root alone, since it holds the capability.</param>
public sealed class GrantFile(string path) : IGrantRecords, IDisposable
{
    // For root alone, as all that is beside it.
    private static readonly FileStreamOptions s_lock = new()
    {
        Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private FileStream? _lock;

    private readonly StateFile<GrantRecord> _file = new(path, GrantJson.Default.GrantRecord);

    /// <inheritdoc/>
    public void Claim()
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            // The lock (man 2 flock) goes with this process, whatever way it ends.
            _lock ??= new FileStream(Path.Combine(directory, "lock"), s_lock);
        }
        catch (IOException)
        {
            throw new UnsafeSettingsException($"State:Directory {directory}: another stiefel-server uses it, and each would void what the other granted; stop that one, or name another directory by --State:Directory DIR");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();

    /// <inheritdoc/>
    public GrantRecord? Read() => _file.Read();

    /// <inheritdoc/>
    public void Write(GrantRecord record) => _file.Write(record);

    /// <inheritdoc/>
    public void Delete() => _file.Delete();
}
