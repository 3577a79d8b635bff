using Stiefel.CommandLine;
using Stiefel.Linux.Modules;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>modules.dep: `kernel/a.ko: kernel/b.ko kernel/c.ko`, each line complete in itself (man 5 modules.dep).</summary>
internal sealed class ModuleDependencies
{
    private const string KernelDirectory = "kernel/";

    private readonly SortedDictionary<string, string[]> _needs = new(StringComparer.Ordinal);

    public ModuleDependencies(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                _needs[line[..colon]] = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
        }
    }

    /// <summary>The modules that the rules select, with their dependencies; sorted paths such as `kernel/drivers/block/nbd.ko`.</summary>
    /// <exception cref="FailedException">The user asked for a module that this kernel does not have.</exception>
    public IReadOnlyCollection<string> Choose(ModuleRules rules)
    {
        string[] known = [.. _needs.Keys.Where(module => module.StartsWith(KernelDirectory, StringComparison.Ordinal)).Select(module => module[KernelDirectory.Length..])];
        if (rules.FirstUnfulfilled(known) is { } wish)
        {
            throw new FailedException($"initrd.include-modules: the ramdisk's kernel has no module `{wish}`; names are those of modinfo, or directories such as drivers/infiniband/");
        }

        var chosen = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((var module, var needs) in _needs)
        {
            if (module.StartsWith(KernelDirectory, StringComparison.Ordinal) && rules.Choose(module[KernelDirectory.Length..]))
            {
                chosen.Add(module);
                chosen.UnionWith(needs);
            }
        }

        return chosen;
    }

    /// <summary>These modules, each after its dependencies; names that the kernel has built in (or not at all) are left out.</summary>
    public IReadOnlyList<string> InLoadOrder(IEnumerable<string> names)
    {
        var order = new List<string>();
        foreach (var name in names)
        {
            if (_needs.FirstOrDefault(pair => ModuleName.OfFile(pair.Key) == name) is { Key: { } module, Value: { } needs })
            {
                // depmod lists the nearest dependency first (man 5 modules.dep does not say so; modprobe loads from the end).
                order.AddRange(needs.Reverse().Append(module).Where(path => !order.Contains(path)));
            }
        }

        return order;
    }
}
