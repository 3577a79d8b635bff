namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>The configuration of extlinux, syslinux and isolinux, which U-Boot and Alpine share (wiki.syslinux.org/wiki, Config).</summary>
internal static class SyslinuxConfiguration
{
    private const string Inline = "initrd=";

    // The last three are what is left when the boot directory given is the loader's own.
    private static readonly string[] s_files =
    [
        "extlinux/extlinux.conf", "syslinux/syslinux.cfg", "syslinux/extlinux.conf", "extlinux/syslinux.cfg",
        "EFI/syslinux/syslx64.cfg", "EFI/syslinux/syslinux.cfg", "EFI/BOOT/syslx64.cfg", "EFI/BOOT/syslinux.cfg", "isolinux/isolinux.cfg",
        "extlinux.conf", "syslinux.cfg", "isolinux.cfg",
    ];

    /// <summary>The entries that start Linux, the default first.</summary>
    /// <exception cref="InvalidDataException">Includes nest too deep, or there are too many.</exception>
    public static IEnumerable<BootEntry> Read(BootTree tree)
    {
        foreach (var file in s_files)
        {
            if (SyslinuxFile.Read(tree, file) is not { } menu)
            {
                continue;
            }

            var directory = Path.GetDirectoryName(Path.Combine(tree.Directory, file))!;
            var source = tree.Describe(file);
            foreach ((var command, var decided) in menu.InBootOrder())
            {
                yield return ToEntry(command, tree, directory, source) with { Decided = decided.Length > 0 ? $"{source} ({decided})" : "" };
            }
        }
    }

    private static BootEntry ToEntry(SyslinuxCommand command, BootTree tree, string directory, string source)
    {
        // The last initrd= is the one that is loaded; it means nothing to the kernel itself.
        var arguments = command.Arguments.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var initrds = arguments.LastOrDefault(argument => argument.StartsWith(Inline, StringComparison.Ordinal))?[Inline.Length..] ?? "";
        return new BootEntry
        {
            Id = $"syslinux:{command.Label?.Name ?? ""}",
            Tree = tree.WithExactPaths(),
            Source = source,
            Title = command.Title,
            Kernel = Resolve(command.Kernel, directory),
            Initrds = [.. initrds.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(path => Resolve(path, directory))],
            CommandLine = string.Join(' ', arguments.Where(argument => !argument.StartsWith(Inline, StringComparison.Ordinal))),
            Unfit = command.OtherProgram is { } program ? $"starts no Linux kernel, but {program}" : null,
        };
    }

    /// <summary>Relative paths count from the configuration file's directory.</summary>
    private static string Resolve(string path, string directory) => path.Length == 0 ? "" : Path.Combine(directory, path);
}
