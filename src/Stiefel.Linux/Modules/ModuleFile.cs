namespace Stiefel.Linux.Modules;

/// <summary>A module that is a file, and not built into the kernel.</summary>
/// <param name="Name">The name with underscores: `i2c_algo_bit`.</param>
/// <param name="RelativePath">The path from the modules directory: `kernel/drivers/i2c/algos/i2c-algo-bit.ko.xz`.</param>
public readonly record struct ModuleFile(string Name, string RelativePath);
