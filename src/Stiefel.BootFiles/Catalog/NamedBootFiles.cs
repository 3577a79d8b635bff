namespace Stiefel.BootFiles.Catalog;

/// <summary>The boot files that the laptop's owner chose in place of any boot entry (`boot.load` in config.yaml).</summary>
/// <param name="Kernel">The kernel's path from the top of the boot partition.</param>
/// <param name="Initrd">The initrd's path from the top of the boot partition.</param>
/// <param name="CommandLine">All kernel arguments.</param>
public sealed record NamedBootFiles(string Kernel, string Initrd, string CommandLine)
{
    private const string Source = "boot.load";

    /// <summary>Finds the files on the first partition that has the kernel.</summary>
    /// <exception cref="BootCatalogException">The files do not exist; nothing else is booted in their place.</exception>
    internal BootSpec Resolve(IEnumerable<BootTree> trees, BootFindings findings)
    {
        var places = trees.Where(tree => tree.Directory == "/").ToArray();
        var entry = new BootEntry
        {
            Id = Source,
            Tree = (places.FirstOrDefault(tree => tree.Has(Kernel.TrimStart('/'))) ?? throw Missing(Kernel)).WithExactPaths(),
            Source = Source,
            Decided = $"{Source} of the configuration",
            Title = Path.GetFileName(Kernel),
            Kernel = Kernel,
            Initrds = [Initrd],
            CommandLine = CommandLine,
        };
        return entry.Resolve(findings) ?? throw new BootCatalogException($"{findings.PassedOver[^1]}: correct boot.load in the laptop's config.yaml, or remove it");
    }

    private static BootCatalogException Missing(string path)
        => new($"{Source}: there is no file {BootEntry.OneLine(path)}, counted from the top of a partition: correct boot.load in the laptop's config.yaml, or name the partition in boot.part");
}
