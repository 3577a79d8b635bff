namespace Stiefel.Cli.Ramdisk.Packages;

/// <summary>The packages that were fetched.</summary>
internal sealed class PackageSet
{
    private readonly Dictionary<string, DebPackage> _byName = new(StringComparer.Ordinal);

    public PackageSet(IEnumerable<DebPackage> packages)
    {
        All = [.. packages.OrderBy(package => package.Name, StringComparer.Ordinal)];
        foreach (var package in All)
        {
            foreach (var provided in package.Provides)
            {
                _byName.TryAdd(provided, package);
            }
        }

        foreach (var package in All)
        {
            _byName[package.Name] = package;
        }
    }

    public IReadOnlyList<DebPackage> All { get; }

    public static async Task<PackageSet> ReadAsync(string directory, CancellationToken token)
    {
        var packages = new List<DebPackage>();
        foreach (var file in Directory.GetFiles(directory, "*.deb").Order(StringComparer.Ordinal))
        {
            packages.Add(await DebPackage.ReadAsync(file, token));
        }

        return new PackageSet(packages);
    }

    /// <summary>A package by its name or one that provides it, or null.</summary>
    public DebPackage? Find(string name) => _byName.GetValueOrDefault(name.Split(':')[0]);

    /// <summary>These packages and all they depend on, except the excluded and what only those need.</summary>
    public IReadOnlyList<DebPackage> WithDependencies(IEnumerable<string> names, IEnumerable<string> excluded)
    {
        var wanted = new SortedDictionary<string, DebPackage>(StringComparer.Ordinal);
        var left = excluded.Select(name => name.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        var queue = new Queue<DebPackage>(names.Select(Find).OfType<DebPackage>());
        while (queue.TryDequeue(out var package))
        {
            if (!wanted.TryAdd(package.Name, package))
            {
                continue;
            }

            foreach (var alternatives in package.Dependencies)
            {
                // apt fetched at least one of them; if there are several, the first is the preferred one.
                if (alternatives.Select(Find).OfType<DebPackage>().FirstOrDefault() is { } dependency && !left.Contains(dependency.Name))
                {
                    queue.Enqueue(dependency);
                }
            }
        }

        return [.. wanted.Values];
    }
}
