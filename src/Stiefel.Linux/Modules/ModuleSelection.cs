namespace Stiefel.Linux.Modules;

/// <summary>The modules to load, in order.</summary>
/// <param name="Files">Each module after everything it needs.</param>
/// <param name="Unknown">Requested names that are neither a module file, nor built in, nor an alias of one of these.</param>
public sealed record ModuleSelection(IReadOnlyList<ModuleFile> Files, IReadOnlyList<string> Unknown);
