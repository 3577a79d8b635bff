namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>The configuration of extlinux, syslinux and isolinux, which U-Boot and Alpine share (wiki.syslinux.org/wiki, Config).</summary>
internal static class SyslinuxConfiguration
{
    private const string Inline = "initrd=";
    private const int MaxConfigurations = 16;

    // The names in the last line are for a boot directory that is the loader's own.
    private static readonly string[] s_files =
    [
        "extlinux/extlinux.conf", "syslinux/syslinux.cfg", "syslinux/extlinux.conf", "extlinux/syslinux.cfg",
        "EFI/syslinux/syslx64.cfg", "EFI/syslinux/syslinux.cfg", "EFI/BOOT/syslx64.cfg", "EFI/BOOT/syslinux.cfg", "isolinux/isolinux.cfg",
        "extlinux.conf", "syslinux.cfg", "isolinux.cfg",
    ];

    /// <summary>The entries that start Linux, the default first.</summary>
    /// <param name="found">The boot directory.</param>
    /// <exception cref="InvalidDataException">Includes nest too deep, or there are too many includes or labels.</exception>
    public static IEnumerable<BootEntry> Read(BootTree found)
    {
        // extlinux counts paths from the top of the btrfs subvolume that it was installed in.
        var tree = found.WithPathsInSubvolume();
        foreach (var file in s_files)
        {
            var path = Path.Combine(tree.Directory, file);
            var directory = Path.GetDirectoryName(path)!;
            if (tree.Has(file) && SyslinuxFile.Read(tree, path, directory) is { } menu)
            {
                foreach (var entry in Entries(menu, tree, directory, tree.Describe(file), []))
                {
                    yield return entry;
                }
            }
        }
    }

    /// <param name="menu">The configuration's content.</param>
    /// <param name="tree">The tree that holds it.</param>
    /// <param name="directory">The directory from which its paths count.</param>
    /// <param name="source">The configuration's file, for people.</param>
    /// <param name="read">Configurations already read through others: one may lead to another and back.</param>
    private static IEnumerable<BootEntry> Entries(SyslinuxMenu menu, BootTree tree, string directory, string source, HashSet<string> read)
    {
        foreach ((var command, var decided) in menu.InBootOrder())
        {
            if (command.Configuration is not { } other)
            {
                yield return ToEntry(command, tree, directory, source) with { Decided = decided.Length > 0 ? $"{source} ({decided})" : "" };
                continue;
            }

            var path = Resolve(other.File, directory);
            var below = other.Directory is { } changed ? Resolve(changed, directory) : directory;
            if (!read.Add(path) || read.Count > MaxConfigurations)
            {
                continue;
            }

            if (SyslinuxFile.Read(tree, path, below) is not { } next)
            {
                tree.Findings.PassOver(source, command.Title, $"there is no file {path}, which the entry names as the next configuration");
                continue;
            }

            if (command.IsMenu)
            {
                next.TakeOver();
            }

            foreach (var entry in Entries(next, tree, below, tree.Absolute(path), read))
            {
                yield return entry with { Decided = decided.Length > 0 ? entry.Decided : "" };
            }
        }
    }

    private static BootEntry ToEntry(SyslinuxCommand command, BootTree tree, string directory, string source)
    {
        // Only the first initrd= is loaded (syslinux 6, elflink/ldlinux/kernel.c). The kernel itself ignores it, so it is dropped.
        var arguments = command.Arguments.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var initrds = arguments.FirstOrDefault(argument => argument.StartsWith(Inline, StringComparison.Ordinal))?[Inline.Length..] ?? "";
        return new BootEntry
        {
            Id = $"syslinux:{command.Label?.Name ?? ""}",
            Tree = tree.WithExactPaths(),
            Source = source,
            Title = command.Title,
            Kernel = Resolve(command.Kernel, directory),
            Initrds = [.. initrds.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(path => Resolve(path, directory))],
            CommandLine = string.Join(' ', arguments.Where(argument => !argument.StartsWith(Inline, StringComparison.Ordinal))),
            Unfit = command.OtherProgram is { } program ? $"starts {program}, which is not a Linux kernel" : null,
        };
    }

    /// <summary>Resolves a relative path from the configuration file's directory.</summary>
    private static string Resolve(string path, string directory) => path.Length == 0 ? "" : Path.Combine(directory, path);
}
