namespace Stiefel.Cli.Ramdisk.Packages;

/// <summary>The downloaded packages.</summary>
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

    /// <summary>Finds a package of this name or one that provides it; null if there is none.</summary>
    public DebPackage? Find(string name) => _byName.GetValueOrDefault(name.Split(':')[0]);

    /// <summary>These packages and all their dependencies, except excluded packages and those that only they need.</summary>
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
                // apt downloaded at least one alternative; of several, the first is preferred.
                if (alternatives.Select(Find).OfType<DebPackage>().FirstOrDefault() is { } dependency && !left.Contains(dependency.Name))
                {
                    queue.Enqueue(dependency);
                }
            }
        }

        return [.. wanted.Values];
    }
}
