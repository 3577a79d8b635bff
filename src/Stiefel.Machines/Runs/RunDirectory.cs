namespace Stiefel.Machines.Runs;

/// <summary>A private directory for what machines need only while they run; short, because UNIX socket paths must be, and gone afterwards.</summary>
public sealed class RunDirectory : IDisposable
{
    /// <summary>Mode 0700.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("stiefel-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
