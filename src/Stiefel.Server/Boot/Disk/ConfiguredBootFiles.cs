using Stiefel.Server.Boot.Catalog;

namespace Stiefel.Server.Boot.Disk;

/// <summary>Files that are there anyway: nothing to release.</summary>
internal sealed record ConfiguredBootFiles(BootSpec Spec, string? ModulesDirectory, string? ModulesMissing) : IBootFiles
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
