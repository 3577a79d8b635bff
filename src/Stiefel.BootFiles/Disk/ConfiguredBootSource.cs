using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Disk;

/// <summary>Boot files that the configuration names, on file systems mounted on this machine; used when the server runs standalone.</summary>
public sealed class ConfiguredBootSource(ConfiguredBootOptions options) : IBootSource
{
    /// <inheritdoc/>
    public ValueTask<IBootFiles> OpenAsync(CancellationToken token)
    {
        var menu = options.Kernel is { } kernel ? FromFiles(kernel)
            : options.Directory is { } directory ? FromDirectory(directory)
            : throw new BootCatalogException("no boot files are configured: give --Boot:Kernel and --Boot:Initrd, or --Boot:Directory");
        var modules = options.Modules ?? FindModules(menu.Default.KernelRelease);
        var missing = modules is not null ? null
            : menu.Default.KernelRelease.Length == 0 ? "the kernel image does not state its release"
            : $"there is no lib/modules/{menu.Default.KernelRelease} beside the boot files or on this machine";
        return ValueTask.FromResult<IBootFiles>(new ConfiguredBootFiles(menu, modules, missing));
    }

    private BootMenu FromDirectory(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new BootCatalogException($"--Boot:Directory {directory}: there is no such directory");
        }

        var menu = BootCatalog.Find(directory);
        return options.CommandLine is not { } commandLine ? menu
            : menu with { Entries = [.. menu.Entries.Select(entry => entry with { CommandLine = BootEntry.OneLine(commandLine), RootArgument = BootEntry.RootOf(commandLine) })] };
    }

    private BootMenu FromFiles(string kernel)
    {
        var findings = new BootFindings();
        using var everything = new ConfinedTree("/");
        var disk = BootDisk.OfDirectory(everything, "");
        var entry = new BootEntry
        {
            Tree = new BootTree(disk, disk.Volumes[0], everything, "", findings) { PathsAreExact = true },
            IsByHand = true,
            Source = "--Boot:Kernel",
            Title = Path.GetFileName(kernel),
            Kernel = Path.GetFullPath(kernel),
            Initrds = [.. options.Initrds.Select(Path.GetFullPath)],
            CommandLine = options.CommandLine ?? "",
        };
        return entry.Resolve(findings) is { } spec ? new BootMenu([spec], findings.ToReport(spec.Source))
            : throw new BootCatalogException(string.Join("; ", findings.PassedOver));
    }

    /// <summary>Looks beside the boot files, then on this machine: the same release has the same modules.</summary>
    private string? FindModules(string release)
    {
        var boot = Path.GetFullPath(options.Directory ?? "/");
        return release.Length == 0 ? null
            : new[] { boot, Path.GetDirectoryName(boot) ?? "/", "/" }
                .Select(root => ModulesLocation.Find(root, release))
                .FirstOrDefault(found => found is not null);
    }
}
