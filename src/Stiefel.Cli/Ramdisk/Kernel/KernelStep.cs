using Stiefel.Cli.Ramdisk.Kernel.Foreign;
using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>
/// Takes from the kernel's packages `vmlinuz`, `modules/RELEASE` with the selected modules, indexed for modprobe, and `early` with the modules that
/// are needed to mount the others.
/// </summary>
internal sealed class KernelStep(StepCache cache, StepLog log, ForeignDrivers drivers, string workDirectory)
{
    private const string ModulesDirectory = "lib/modules/";
    private const string ImagePrefix = "boot/vmlinuz-";

    public async Task<KernelTree> RunAsync(PackageSet packages, ModuleRules rules, CancellationToken token)
    {
        DebPackage[] sources = [.. packages.All.Where(package => package.Name.StartsWith("linux-", StringComparison.Ordinal) && package.Name != "linux-firmware")];
        var key = new StepKey("kernel", 5).Add("rules", rules.Lines);
        foreach (var source in sources)
        {
            key.AddFile(source.Name, source.Path);
        }

        foreach (var driver in drivers.Lines)
        {
            key.Add("driver", driver);
        }

        var directory = await cache.GetAsync(key, "kernel and its modules", (target, stop) => MakeAsync(sources, rules, target, stop), token);
        return new KernelTree(directory);
    }

    private async Task MakeAsync(DebPackage[] sources, ModuleRules rules, string target, CancellationToken token)
    {
        var all = Path.Combine(workDirectory, "kernel");
        try
        {
            foreach (var source in sources)
            {
                await source.ExtractAsync(all, Place, token);
            }

            var release = FindRelease(all);
            var image = Path.Combine(all, ImagePrefix + release);
            if (!File.Exists(image))
            {
                throw new FailedException($"none of {string.Join(", ", sources.Select(source => source.Name))} holds /{ImagePrefix}{release}");
            }

            var tree = new KernelTree(target);
            File.Move(image, tree.Image);
            await ExternalProgram.RunAsync("depmod", ["-b", all, release], token: token);
            var count = await ModuleTree.MakeAsync(Path.Combine(all, ModulesDirectory, release), release, rules, await drivers.BuildAsync(release, token), tree, Path.Combine(workDirectory, "modules"), token);
            log.Note($"{release}, {count} modules");
            await File.WriteAllTextAsync(tree.ReleaseFile, release, token);
        }
        finally
        {
            if (Directory.Exists(all))
            {
                Directory.Delete(all, recursive: true);
            }
        }
    }

    private static string FindRelease(string all)
    {
        var modules = Path.Combine(all, ModulesDirectory);
        string[] releases = Directory.Exists(modules) ? [.. Directory.GetDirectories(modules).Select(directory => Path.GetFileName(directory)!)] : [];
        return releases.Length == 1
            ? releases[0]
            : throw new FailedException($"expected the modules of one kernel in the packages, found {releases.Length}: {string.Join(", ", releases)}");
    }

    private static string? Place(string path)
    {
        var plain = path.StartsWith("usr/lib/modules/", StringComparison.Ordinal) ? path["usr/".Length..] : path;
        var wanted = plain.StartsWith(ImagePrefix, StringComparison.Ordinal)
            || (plain.StartsWith(ModulesDirectory, StringComparison.Ordinal) && !plain.EndsWith("/build", StringComparison.Ordinal) && !plain.EndsWith("/source", StringComparison.Ordinal));
        return wanted ? plain : null;
    }
}

/// <summary>The result of <see cref="KernelStep"/>.</summary>
internal sealed record KernelTree(string DirectoryPath)
{
    public string Image => Path.Combine(DirectoryPath, "vmlinuz");

    /// <summary>The directory that becomes /usr/lib/modules.</summary>
    public string Modules => Path.Combine(DirectoryPath, "modules");

    /// <summary>The directory of the modules to load first; their names sort in that order.</summary>
    public string Early => Path.Combine(DirectoryPath, "early");

    public string ReleaseFile => Path.Combine(DirectoryPath, "release");

    public string Release => File.ReadAllText(ReleaseFile);
}
