using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Userland;

/// <summary>Makes a root directory with programs and libraries from Debian packages.</summary>
internal sealed class UserlandStep(StepCache cache, StepLog log, string workDirectory)
{
    private const string Busybox = "usr/bin/busybox";

    /// <returns>The root directory.</returns>
    public Task<string> RunAsync(PackageSet packages, RamdiskContent content, CancellationToken token)
    {
        DebPackage[] sources = [.. packages.All.Where(package => !package.Name.StartsWith("linux-", StringComparison.Ordinal))];
        var key = new StepKey("userland", 6)
            .Add("parts", content.Parts.Select(part => $"{part.Package} {string.Join(' ', part.Paths)}"))
            .Add("libraries", content.Libraries)
            .Add("whole", content.WholePackages)
            .Add("without", content.ExcludedPackages)
            .Add("without paths", content.ExcludedPaths);
        foreach (var source in sources)
        {
            key.AddFile(source.Name, source.Path);
        }

        return cache.GetAsync(key, "programs and libraries", (target, stop) => MakeAsync(packages, sources, content, target, stop), token);
    }

    private async Task MakeAsync(PackageSet packages, DebPackage[] sources, RamdiskContent content, string target, CancellationToken token)
    {
        var all = Path.Combine(workDirectory, "userland");
        try
        {
            var owners = await ExtractAllAsync(sources, all, token);
            var chosen = Choose(packages, content, owners);
            var libraries = new SharedLibraries(all);
            foreach (var library in content.Libraries)
            {
                chosen.UnionWith(libraries.Chain(library, "the server"));
            }

            libraries.AddTo(chosen);
            foreach (var path in chosen)
            {
                var file = Path.Combine(target, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                RamdiskTree.CopyEntry(Path.Combine(all, path), file);
            }

            await AddAppletsAsync(target, token);
            log.Note($"{chosen.Count} files");
        }
        finally
        {
            if (Directory.Exists(all))
            {
                Directory.Delete(all, recursive: true);
            }
        }
    }

    private static async Task<Dictionary<string, string>> ExtractAllAsync(DebPackage[] sources, string directory, CancellationToken token)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            string Place(string path)
            {
                var merged = RootPath.MergeUsr(path);
                owners[merged] = source.Name;
                return merged;
            }

            await source.ExtractAsync(directory, Place, token);
        }

        // Count files and symlinks only: directories are not written for their own sake.
        return owners.Where(pair => !Directory.Exists(Path.Combine(directory, pair.Key)) || new FileInfo(Path.Combine(directory, pair.Key)).LinkTarget is not null)
            .Where(pair => Path.Exists(Path.Combine(directory, pair.Key)) || new FileInfo(Path.Combine(directory, pair.Key)).LinkTarget is not null)
            .ToDictionary(StringComparer.Ordinal);
    }

    private static SortedSet<string> Choose(PackageSet packages, RamdiskContent content, Dictionary<string, string> owners)
    {
        var chosen = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var part in content.Parts)
        {
            string[] found = [.. owners.Where(pair => pair.Value == part.Package && RootPath.IsBelow(pair.Key, part.Paths)).Select(pair => pair.Key)];
            if (found.Length == 0)
            {
                throw new FailedException($"package {part.Package} holds none of {string.Join(", ", part.Paths)}");
            }

            chosen.UnionWith(found);
        }

        var whole = packages.WithDependencies(content.WholePackages, content.ExcludedPackages).Select(package => package.Name).ToHashSet(StringComparer.Ordinal);
        chosen.UnionWith(owners
            .Where(pair => whole.Contains(pair.Value) && !RootPath.IsBelow(pair.Key, content.ExcludedPaths))
            .Select(pair => pair.Key));
        return chosen;
    }

    // Run the packages' own busybox to list its applets: it is static and of this machine's architecture.
    private static async Task AddAppletsAsync(string root, CancellationToken token)
    {
        var applets = await ExternalProgram.RunAsync(Path.Combine(root, Busybox), ["--list-full"], token: token);
        foreach (var applet in applets.Lines)
        {
            var path = Path.Combine(root, RootPath.MergeUsr(applet));
            var inOtherDirectory = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(path))!, path.Contains("/sbin/", StringComparison.Ordinal) ? "bin" : "sbin", Path.GetFileName(path));
            if (!Path.Exists(path) && !Path.Exists(inOtherDirectory) && Path.GetFileName(path) != "linuxrc")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.CreateSymbolicLink(path, "/" + Busybox);
            }
        }
    }
}
