namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>
/// Reads `grub.cfg` from the boot directory: `grub/` on Debian and Arch, `grub2/` on Fedora and openSUSE, and `EFI/NAME/`, where an EFI program
/// finds it beside itself.
/// </summary>
internal static class GrubConfiguration
{
    private const int MaxVendors = 32;

    /// <summary>The menu's entries, in the order in which GRUB would boot them.</summary>
    /// <exception cref="InvalidDataException">A script exceeds <see cref="GrubBudget"/>.</exception>
    public static IEnumerable<BootEntry> Read(BootTree tree)
    {
        var here = Vendors(tree).Take(MaxVendors).Select(vendor => $"EFI/{vendor}").Select(directory => (tree, directory, ""));
        var elsewhere = tree.Volume.IsEfiSystem ? GrubInstallation.Find(tree) : [];
        return here.Concat(elsewhere).Concat([(tree, "grub", ""), (tree, "grub2", "")]).SelectMany(one => ReadDirectory(one.Item1, one.Item2, one.Item3));
    }

    /// <summary>The directories below `EFI`, beginning with the one whose program the firmware starts.</summary>
    internal static IEnumerable<string> Vendors(BootTree tree)
        => tree.List("EFI").OrderByDescending(vendor => tree.Disk.Variables.Program is { IsGrub: true } program && vendor.Equals(program.Vendor, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<BootEntry> ReadDirectory(BootTree tree, string directory, string why)
    {
        var source = tree.Describe($"{directory}/grub.cfg");
        return tree.Has($"{directory}/grub.cfg") && tree.Disk.Read.Add(source)
            ? new GrubEntryReader(tree, directory, source).Read().Select(entry => why.Length == 0 ? entry : entry with { Notes = [.. entry.Notes, why] })
            : [];
    }
}
