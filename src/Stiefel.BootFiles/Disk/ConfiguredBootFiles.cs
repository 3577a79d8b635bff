using Stiefel.BootFiles.Catalog;

namespace Stiefel.BootFiles.Disk;

/// <summary>Files that are there anyway: nothing to release.</summary>
internal sealed record ConfiguredBootFiles(BootMenu Menu, string? ModulesDirectory, string? ModulesMissing) : IBootFiles
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
