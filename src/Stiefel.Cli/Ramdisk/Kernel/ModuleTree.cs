using Stiefel.Cli.Ramdisk.Kernel.Foreign;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>Makes the ramdisk's tree of modules from all modules of a kernel: uncompressed, indexed for modprobe, with those to load first apart.</summary>
internal static class ModuleTree
{
    private const string ModulesDirectory = "lib/modules/";

    // depmod prefers modules in this directory to those of the same name in the kernel's own (man 5 depmod.d).
    private const string Preferred = "updates";

    // modprobe reads depmod's .bin files only; the symbols are for out-of-tree builds.
    private static readonly string[] s_superfluousIndexes = ["modules.alias", "modules.symbols", "modules.symbols.bin", "modules.builtin.modinfo"];

    // The modules that are needed to mount a squashfs file.
    private static readonly string[] s_earlyModules = ["loop", "squashfs"];

    /// <summary>Fills a kernel's tree.</summary>
    /// <param name="from">The kernel's lib/modules/RELEASE with its modules.dep, which is only read.</param>
    /// <param name="release">The kernel's release.</param>
    /// <param name="rules">Rules that select the modules.</param>
    /// <param name="foreign">Files of modules that do not come with this kernel.</param>
    /// <param name="tree">The tree to fill.</param>
    /// <param name="place">A directory for temporary files, which is deleted afterwards.</param>
    /// <param name="token">Cancels the work.</param>
    /// <returns>The number of modules.</returns>
    public static async Task<int> MakeAsync(string from, string release, ModuleRules rules, IReadOnlyList<string> foreign, KernelTree tree, string place, CancellationToken token)
    {
        var to = Path.Combine(place, ModulesDirectory, release);
        try
        {
            var wanted = rules with { Wanted = [.. rules.Wanted, .. await ForeignDrivers.NeedsOfAsync(foreign, token)] };
            var chosen = new ModuleDependencies(File.ReadLines(Path.Combine(from, "modules.dep"))).Choose(wanted);
            var indexes = Directory.GetFiles(from, "modules.builtin*").Append(Path.Combine(from, "modules.order")).Where(File.Exists).Select(file => Path.GetFileName(file)!);
            foreach (var file in chosen.Concat(indexes))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, file))!);
                File.Copy(Path.Combine(from, file), Path.Combine(to, file));
            }

            foreach (var module in foreign)
            {
                Directory.CreateDirectory(Path.Combine(to, Preferred));
                File.Copy(module, Path.Combine(to, Preferred, Path.GetFileName(module)));
            }

            // depmod expects lib/modules above the release.
            await ModuleUnpacking.RunAsync(to, token);
            await ExternalProgram.RunAsync("depmod", ["-b", place, release], token: token);
            CopyEarly(to, tree.Early);
            foreach (var index in s_superfluousIndexes)
            {
                File.Delete(Path.Combine(to, index));
            }

            RamdiskTree.Copy(Path.Combine(place, ModulesDirectory), tree.Modules);
            return chosen.Count + foreign.Count;
        }
        finally
        {
            if (Directory.Exists(place))
            {
                Directory.Delete(place, recursive: true);
            }
        }
    }

    private static void CopyEarly(string modules, string early)
    {
        Directory.CreateDirectory(early);
        var dependencies = new ModuleDependencies(File.ReadLines(Path.Combine(modules, "modules.dep")));
        foreach ((var index, var module) in dependencies.InLoadOrder(s_earlyModules).Index())
        {
            File.Copy(Path.Combine(modules, module), Path.Combine(early, $"{index:00}-{Path.GetFileName(module)}"));
        }
    }
}
