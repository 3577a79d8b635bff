using Stiefel.Server.Configuration;
using Stiefel.Server.State;

namespace Stiefel.Server.Grants;

/// <summary>Keeps the grant's record in a file of the state directory.</summary>
/// <param name="path">The file, readable by root only because it holds the capability.</param>
public sealed class GrantFile(string path) : IGrantRecords, IDisposable
{
    // Only root may open it, like the other files of the directory.
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
            // The kernel releases the lock (man 2 flock) however this process ends.
            _lock ??= new FileStream(Path.Combine(directory, "lock"), s_lock);
        }
        catch (IOException)
        {
            throw new UnsafeSettingsException($"State:Directory {directory}: another stiefel-server uses it, and each would void what the other granted; stop that one, or name another directory with --State:Directory DIR");
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
