namespace Stiefel.BootFiles.Catalog.Syslinux;

/// <summary>The configuration of extlinux, syslinux and isolinux, which U-Boot and Alpine share (wiki.syslinux.org/wiki, Config).</summary>
internal static class SyslinuxConfiguration
{
    // The last two are what is left when the boot directory given is the loader's own.
    private static readonly string[] s_files =
    [
        "extlinux/extlinux.conf", "syslinux/syslinux.cfg", "syslinux/extlinux.conf", "EFI/syslinux/syslinux.cfg", "isolinux/isolinux.cfg",
        "extlinux.conf", "syslinux.cfg",
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
            foreach (var label in menu.InBootOrder())
            {
                yield return ToEntry(label, tree, directory, tree.Describe(file));
            }
        }
    }

    private static BootEntry ToEntry(SyslinuxLabel label, BootTree tree, string directory, string source)
    {
        var arguments = label.Append.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const string Inline = "initrd=";

        // INITRD wins over initrd= among the arguments; neither means anything to the kernel itself.
        var initrds = label.Initrd.Length > 0 ? label.Initrd
            : arguments.LastOrDefault(argument => argument.StartsWith(Inline, StringComparison.Ordinal))?[Inline.Length..] ?? "";
        return new BootEntry
        {
            Tree = tree,
            Source = source,
            Title = label.Title.Length > 0 ? label.Title : label.Name,
            Kernel = Resolve(label.Kernel, directory),
            Initrds = [.. initrds.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(path => Resolve(path, directory))],
            CommandLine = string.Join(' ', arguments.Where(argument => !argument.StartsWith(Inline, StringComparison.Ordinal))),
        };
    }

    /// <summary>Relative paths count from the configuration file's directory.</summary>
    private static string Resolve(string path, string directory) => path.Length == 0 ? "" : Path.Combine(directory, path);
}
