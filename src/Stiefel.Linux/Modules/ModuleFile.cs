namespace Stiefel.Linux.Modules;

/// <summary>A module that is a file.</summary>
/// <param name="Name">With underscores: `i2c_algo_bit`.</param>
/// <param name="RelativePath">From the modules directory: `kernel/drivers/i2c/algos/i2c-algo-bit.ko.xz`.</param>
public readonly record struct ModuleFile(string Name, string RelativePath);
