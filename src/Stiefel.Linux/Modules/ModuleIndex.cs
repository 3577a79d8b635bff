using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Modules;

/// <summary>
/// Finds what `modprobe` would load, from the text files that depmod writes (man 5 modules.dep), for any kernel and without root
/// privileges. The files may lie on a foreign disk: sizes, nesting and cycles are bounded, and no returned path leaves the directory.
/// </summary>
public sealed class ModuleIndex
{
    /// <summary>Largest index file; Debian's largest (modules.alias) has 1.3 MB.</summary>
    public const int MaxFileBytes = 16 * 1024 * 1024;

    // Real dependencies nest about 10 deep.
    private const int MaxNesting = 100;

    // Soft dependencies may name aliases, and each one costs a search; a real kernel has some tens.
    private const int MaxAliasSearches = 10_000;

    private readonly Dictionary<string, Module> _modules = new(StringComparer.Ordinal);
    private readonly HashSet<string> _builtin = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SoftDependency> _soft = new(StringComparer.Ordinal);
    private readonly ModuleAliases _aliases;

    /// <param name="directory">`…/lib/modules/RELEASE`.</param>
    /// <exception cref="FileNotFoundException">The directory has no modules.dep.</exception>
    /// <exception cref="InvalidDataException">One of its files is larger than <see cref="MaxFileBytes"/>.</exception>
    public ModuleIndex(string directory)
    {
        using var tree = new ConfinedTree(directory);
        Directory = tree.Root;
        ReadDependencies(ReadText(tree, "modules.dep")
            ?? throw new FileNotFoundException($"{directory}: there is no modules.dep; name a directory lib/modules/RELEASE, and run depmod RELEASE if the file is missing there"));
        foreach (var line in Lines(ReadText(tree, "modules.builtin")))
        {
            _builtin.Add(ModuleName.OfFile(line));
        }

        foreach (var line in Lines(ReadText(tree, "modules.softdep")))
        {
            SoftDependency.Read(line, _soft);
        }

        using var aliases = tree.OpenFile("modules.alias");
        _aliases = new ModuleAliases(aliases?.ReadAll(MaxFileBytes) ?? []);
    }

    /// <summary>The modules directory, absolute and free of symbolic links.</summary>
    public string Directory { get; }

    /// <summary>Selects the modules for some hardware, and further ones by name, with everything they depend on.</summary>
    /// <param name="modaliases">As sysfs gives them; those nothing matches are passed over.</param>
    /// <param name="modaliases">Modaliases as in sysfs; those that match no module are ignored.</param>
    /// <param name="allowed">Asked with a module's relative path before hardware may choose it; what it depends on is not asked about.</param>
    /// <param name="allowed">Decides by a module's relative path whether hardware may select it; not called for its dependencies.</param>
    public ModuleSelection Resolve(IEnumerable<string> modaliases, IEnumerable<string> extraNames, Predicate<string>? allowed = null)
    {
        var order = new LoadOrder(this);
        var unknown = new List<string>();
        foreach (var name in extraNames)
        {
            if (!order.AddByName(name, 0))
            {
                unknown.Add(name);
            }
        }

        var found = new List<string>();
        foreach (var alias in modaliases.Distinct(StringComparer.Ordinal))
        {
            found.Clear();
            _aliases.Find(alias, found);
            foreach (var name in found)
            {
                if (_modules.TryGetValue(ModuleName.Normalize(name), out var module) && allowed?.Invoke(module.RelativePath) != false)
                {
                    order.Add(module, 0);
                }
            }
        }

        return new ModuleSelection(order.Files, unknown);
    }

    private void ReadDependencies(string text)
    {
        foreach (var line in Lines(text))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && IsInside(line.AsSpan(0, colon)))
            {
                var path = line[..colon];
                var name = ModuleName.OfFile(path);
                if (!ModuleName.IsValid(name))
                {
                    continue;
                }

                _modules[name] = new Module(name, path, line[(colon + 1)..]);
            }
        }
    }

    /// <summary>False for modules outside of the directory: depmod writes absolute paths for them, and a hostile file may contain `..`.</summary>
    private static bool IsInside(ReadOnlySpan<char> path)
        => path[0] != '/' && !path.StartsWith("../") && !path.Contains("/../", StringComparison.Ordinal) && !path.EndsWith("/..");

    private static string? ReadText(ConfinedTree tree, string name)
    {
        using var file = tree.OpenFile(name);
        return file is null ? null : Encoding.UTF8.GetString(file.ReadAll(MaxFileBytes));
    }

    private static IEnumerable<string> Lines(string? text)
        => (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line[0] != '#');

    private sealed record Module(string Name, string RelativePath, string Needs);

    /// <summary>A depth-first walk that lists each module after its dependencies.</summary>
    private sealed class LoadOrder(ModuleIndex index)
    {
        private readonly HashSet<string> _visited = new(StringComparer.Ordinal);
        private readonly Dictionary<string, bool> _searched = new(StringComparer.Ordinal);

        public List<ModuleFile> Files { get; } = [];

        public void Add(Module module, int depth)
        {
            // Mark the module before its dependencies are walked, so that a cycle ends here.
            if (!_visited.Add(module.Name))
            {
                return;
            }

            if (depth > MaxNesting)
            {
                throw new InvalidDataException($"{index.Directory}/modules.dep: dependencies nest more than {MaxNesting} deep at {module.Name}");
            }

            index._soft.TryGetValue(module.Name, out var soft);

            // depmod lists the module to load first last.
            foreach (var path in module.Needs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                AddByName(ModuleName.OfFile(path), depth + 1);
            }

            AddAll(soft?.Before, depth + 1);
            Files.Add(new ModuleFile(module.Name, module.RelativePath));
            AddAll(soft?.After, depth + 1);
        }

        /// <summary>Adds a module by name or alias; false if this kernel does not know the name.</summary>
        public bool AddByName(string name, int depth)
        {
            var normalized = ModuleName.Normalize(name);
            if (index._modules.TryGetValue(normalized, out var module))
            {
                Add(module, depth);
                return true;
            }

            if (index._builtin.Contains(normalized))
            {
                return true;
            }

            return AddByAlias(name, depth);
        }

        private bool AddByAlias(string alias, int depth)
        {
            if (_searched.TryGetValue(alias, out var known))
            {
                return known;
            }

            if (_searched.Count == MaxAliasSearches)
            {
                throw new InvalidDataException($"{index.Directory}/modules.softdep: it names more than {MaxAliasSearches} aliases");
            }

            var found = new List<string>();
            index._aliases.Find(alias, found);
            _searched[alias] = found.Count > 0;
            foreach (var name in found.Select(ModuleName.Normalize))
            {
                if (index._modules.TryGetValue(name, out var module))
                {
                    Add(module, depth);
                }
            }

            return found.Count > 0;
        }

        private void AddAll(List<string>? names, int depth)
        {
            foreach (var name in names ?? [])
            {
                AddByName(name, depth);
            }
        }
    }
}
