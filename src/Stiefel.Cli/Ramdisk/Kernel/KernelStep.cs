using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.Cli.Verbs;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>
/// From the kernel's packages: `vmlinuz` and `root/usr/lib/modules/RELEASE` with the chosen modules, indexed for modprobe.
/// </summary>
internal sealed class KernelStep(StepCache cache, StepLog log, string workFolder)
{
    private const string ModulesFolder = "lib/modules/";
    private const string ImagePrefix = "boot/vmlinuz-";

    // Of depmod's files modprobe reads the .bin ones; the symbols are for out-of-tree builds.
    private static readonly string[] s_superfluousIndexes = ["modules.alias", "modules.symbols", "modules.symbols.bin", "modules.builtin.modinfo"];

    public async Task<KernelTree> RunAsync(PackageSet packages, ModuleRules rules, int level, CancellationToken token)
    {
        DebPackage[] sources = [.. packages.All.Where(package => package.Name.StartsWith("linux-", StringComparison.Ordinal))];
        var key = new StepKey("kernel", 3).Add("rules", rules.Lines).Add("level", level.ToString());
        foreach (DebPackage source in sources)
        {
            key.AddFile(source.Name, source.Path);
        }

        string folder = await cache.GetAsync(key, "kernel and its modules", (target, stop) => MakeAsync(sources, rules, level, target, stop), token).ConfigureAwait(false);
        return new KernelTree(folder);
    }

    private async Task MakeAsync(DebPackage[] sources, ModuleRules rules, int level, string target, CancellationToken token)
    {
        string all = Path.Combine(workFolder, "kernel");
        try
        {
            foreach (DebPackage source in sources)
            {
                await source.ExtractAsync(all, Place, token).ConfigureAwait(false);
            }

            string release = FindRelease(all);
            string image = Path.Combine(all, ImagePrefix + release);
            if (!File.Exists(image))
            {
                throw new FailedException($"none of {string.Join(", ", sources.Select(source => source.Name))} holds /{ImagePrefix}{release}");
            }

            File.Move(image, Path.Combine(target, "vmlinuz"));
            await MakeModulesAsync(all, release, rules, level, target, token).ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(target, "release"), release, token).ConfigureAwait(false);
        }
        finally
        {
            if (Directory.Exists(all))
            {
                Directory.Delete(all, recursive: true);
            }
        }
    }

    private async Task MakeModulesAsync(string all, string release, ModuleRules rules, int level, string target, CancellationToken token)
    {
        string from = Path.Combine(all, ModulesFolder, release);
        await ModuleCompression.UnpackAsync(Directory.GetFiles(Path.Combine(from, "kernel"), "*.ko.*", SearchOption.AllDirectories), token).ConfigureAwait(false);
        await ExternalProgram.RunAsync("depmod", ["-b", all, release], token: token).ConfigureAwait(false);
        IReadOnlyCollection<string> chosen = new ModuleDependencies(File.ReadLines(Path.Combine(from, "modules.dep"))).Choose(rules);

        string root = Path.Combine(target, "root");
        string to = Path.Combine(root, "usr", ModulesFolder, release);
        foreach (string module in chosen.Concat(Directory.GetFiles(from, "modules.builtin*").Append(Path.Combine(from, "modules.order")).Select(file => Path.GetFileName(file)!)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, module))!);
            File.Move(Path.Combine(from, module), Path.Combine(to, module));
        }

        await ModuleCompression.PackAsync([.. chosen.Select(module => Path.Combine(to, module))], level, token).ConfigureAwait(false);

        // depmod looks below lib/modules; in the ramdisk lib is a symlink into usr.
        await ExternalProgram.RunAsync("depmod", ["-b", Path.Combine(root, "usr"), release], token: token).ConfigureAwait(false);
        foreach (string index in s_superfluousIndexes)
        {
            File.Delete(Path.Combine(to, index));
        }

        log.Note($"{release}, {chosen.Count} modules");
    }

    private static string FindRelease(string all)
    {
        string modules = Path.Combine(all, ModulesFolder);
        string[] releases = Directory.Exists(modules) ? [.. Directory.GetDirectories(modules).Select(folder => Path.GetFileName(folder)!)] : [];
        return releases.Length == 1
            ? releases[0]
            : throw new FailedException($"expected the modules of one kernel in the packages, found {releases.Length}: {string.Join(", ", releases)}");
    }

    private static string? Place(string path)
    {
        string plain = path.StartsWith("usr/lib/modules/", StringComparison.Ordinal) ? path["usr/".Length..] : path;
        bool wanted = plain.StartsWith(ImagePrefix, StringComparison.Ordinal)
            || (plain.StartsWith(ModulesFolder, StringComparison.Ordinal) && !plain.EndsWith("/build", StringComparison.Ordinal) && !plain.EndsWith("/source", StringComparison.Ordinal));
        return wanted ? plain : null;
    }
}

/// <summary>The result of <see cref="KernelStep"/>.</summary>
internal sealed record KernelTree(string Folder)
{
    public string Image => Path.Combine(Folder, "vmlinuz");

    /// <summary>A root folder that holds usr/lib/modules.</summary>
    public string Root => Path.Combine(Folder, "root");

    public string Release => File.ReadAllText(Path.Combine(Folder, "release"));
}
