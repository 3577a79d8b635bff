namespace Stiefel.Machines.Runs;

/// <summary>A temporary private directory for the files of running machines. Its path is short, because those of UNIX sockets must be.</summary>
public sealed class RunDirectory : IDisposable
{
    /// <summary>The directory's path; its mode is 0700.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("stiefel-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
