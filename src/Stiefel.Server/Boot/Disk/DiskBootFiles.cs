using Stiefel.Server.Boot.Catalog;

namespace Stiefel.Server.Boot.Disk;

/// <summary>Boot files on mounts that disposal takes away.</summary>
internal sealed class DiskBootFiles(BootSpec spec, string? modulesDirectory, string? modulesMissing, DiskMounts mounts) : IBootFiles
{
    /// <inheritdoc/>
    public BootSpec Spec => spec;

    /// <inheritdoc/>
    public string? ModulesDirectory => modulesDirectory;

    /// <inheritdoc/>
    public string? ModulesMissing => modulesMissing;

    /// <inheritdoc/>
    /// <exception cref="IOException">Something still reads from the disk: it must not be granted. Dispose again later.</exception>
    public ValueTask DisposeAsync() => mounts.DisposeAsync();
}
