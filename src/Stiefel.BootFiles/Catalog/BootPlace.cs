using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog;

/// <summary>A directory of a file system in which boot files are looked for.</summary>
/// <param name="Tree">The file system, seen from its top or from a subvolume.</param>
/// <param name="Directory">The path in it; empty for the top.</param>
internal sealed record BootPlace(IFileTree Tree, string Directory);
