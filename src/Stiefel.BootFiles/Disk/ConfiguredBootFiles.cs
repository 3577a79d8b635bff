using Stiefel.BootFiles.Catalog;

namespace Stiefel.BootFiles.Disk;

/// <summary>Boot files that are mounted by someone else, so that disposal has nothing to release.</summary>
internal sealed record ConfiguredBootFiles(BootMenu Menu, string? ModulesDirectory, string? ModulesMissing) : IBootFiles
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
