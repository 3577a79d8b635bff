using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk.Kernel.Foreign;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>Does the work of <see cref="KernelStep"/> with a kernel that is installed on the laptop: nothing is downloaded, and the laptop accepts its signature.</summary>
internal sealed class OwnKernelStep(LaptopTree laptop, StepLog log, ForeignDrivers drivers, string workDirectory)
{
    /// <summary>Makes the kernel's tree inside the work directory.</summary>
    public async Task<KernelTree> RunAsync(OwnKernel kernel, ModuleRules rules, CancellationToken token)
    {
        using var step = log.Begin($"this laptop's kernel {kernel.Release} and its modules");
        var directory = Path.Combine(workDirectory, "own-kernel");
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }

        Directory.CreateDirectory(directory);
        var tree = new KernelTree(directory);
        File.Copy(PlaceOf(kernel.Image), tree.Image);
        await File.WriteAllTextAsync(tree.ReleaseFile, kernel.Release, token);
        var count = await ModuleTree.MakeAsync(PlaceOf(kernel.Modules), kernel.Release, rules, await drivers.BuildAsync(kernel.Release, token), tree, Path.Combine(workDirectory, "modules"), token);
        log.Note($"{kernel.Release}, {count} modules");
        return tree;
    }

    private string PlaceOf(string path) => laptop.OnDisk(path) ?? throw new FailedException($"/{path} is gone");
}
