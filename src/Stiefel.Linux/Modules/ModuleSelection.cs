namespace Stiefel.Linux.Modules;

/// <summary>Which modules to load, and in which order.</summary>
/// <param name="Files">Each after everything it needs.</param>
/// <param name="Unknown">Names asked for that are neither a file, nor built in, nor an alias of either.</param>
public sealed record ModuleSelection(IReadOnlyList<ModuleFile> Files, IReadOnlyList<string> Unknown);
