namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>Decides whether systemd-boot boots here, or its entries are left over or meant for another loader.</summary>
internal static class LoaderTraces
{
    private const int MaxScriptBytes = 1 << 20;
    // openSUSE's sdbootutil installs it as grub.efi, the name that its shim starts.
    private static readonly string[] s_names = ["systemd-boot", "grub.efi"];
    private static readonly string[] s_scripts = ["grub2/grub.cfg", "grub/grub.cfg"];

    /// <summary>True if systemd-boot boots here. The firmware's word comes first, then the program on the EFI System partition, then its configuration.</summary>
    public static bool AreIn(BootTree tree)
    {
        if (tree.Disk.Variables.Loader is { Length: > 0 } started)
        {
            return started.StartsWith("systemd-boot", StringComparison.Ordinal);
        }

        if (tree.Disk.Variables.Program is { } program && (program.IsSystemdBoot || program.IsGrub))
        {
            return program.IsSystemdBoot;
        }

        BootTree[] places = [tree, .. LoaderPlaces.Efi(tree)];
        return places.Any(HasProgram) || (places.Any(place => LoaderConfiguration.TryRead(place) is not null) && !places.Any(HasGrubThatReadsEntries));
    }

    private static bool HasProgram(BootTree tree)
        => tree.List("EFI/systemd").Any(name => s_names.Any(one => name.StartsWith(one, StringComparison.OrdinalIgnoreCase)) && name.EndsWith(".efi", StringComparison.OrdinalIgnoreCase));

    // Fedora's tools write a loader.conf although GRUB reads the entries.
    private static bool HasGrubThatReadsEntries(BootTree tree)
        => s_scripts.Any(path => tree.TryReadText(path, MaxScriptBytes)?.Contains("blscfg", StringComparison.Ordinal) == true);
}
