namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>The partitions that systemd-boot reads, or the directories where they are mounted.</summary>
internal static class LoaderPlaces
{
    /// <summary>Where the EFI System partition may be mounted, relative to a boot directory.</summary>
    private static readonly string[] s_efiDirectories = ["", "efi", "../efi", "../boot/efi"];

    /// <summary>The boot directories that systemd-boot in this one reads; none if this one is read as the XBOOTLDR of another.</summary>
    public static IReadOnlyList<BootTree> Of(BootTree tree)
    {
        if (!IsTop(tree) || tree.Disk.EfiSystem is not { } efi || !tree.Disk.Starts.Contains(efi))
        {
            return [tree];
        }

        if (tree.Volume == efi)
        {
            return ExtendedBoot(tree) is { } extended ? [tree, extended] : [tree];
        }

        return efi.Places is [var place, ..] && ExtendedBoot(tree.At(efi, place)) is { } included && included.Volume == tree.Volume ? [] : [tree];
    }

    /// <summary>Reads loader.conf, which lies on the EFI System partition.</summary>
    public static LoaderConfiguration ReadConfiguration(BootTree tree)
        => Efi(tree).Select(LoaderConfiguration.TryRead).FirstOrDefault(found => found is not null) ?? new LoaderConfiguration("", "");

    /// <summary>The directories that may be the top of the EFI System partition, the likeliest first.</summary>
    public static IEnumerable<BootTree> Efi(BootTree tree)
        => tree.Volume.Device is not null && tree.Disk.EfiSystem is { } efi
            ? efi.Places.Select(place => tree.At(efi, place))
            : s_efiDirectories.Select(tree.Beside).Where(beside => beside.Exists);

    /// <summary>A path in an entry as a path in its tree: it counts from the top of the entry's partition.</summary>
    public static string PathIn(BootTree tree, string path) => path.Length == 0 ? "" : $"{tree.Directory}/{path.TrimStart('/')}";

    private static bool IsTop(BootTree tree) => tree.Directory == "/";

    // XBOOTLDR is found by its partition type. Failing that, take another partition with entries if the EFI System partition has none, or if loader.conf names one of them.
    private static BootTree? ExtendedBoot(BootTree efi)
        => efi.Disk.ExtendedBoot is { Places: [var place, ..] } typed ? efi.At(typed, place)
            : (from volume in efi.Disk.Starts
               where volume != efi.Volume
               from top in volume.Places.Take(1)
               let tree = efi.At(volume, top)
               where Names(tree).Any() && (!Names(efi).Any() || HasDefaultOf(efi, tree))
               select tree).FirstOrDefault();

    private static bool HasDefaultOf(BootTree efi, BootTree tree)
        => LoaderConfiguration.TryRead(efi) is { Default: { Length: > 0 } pattern }
            && Names(tree).Any(name => LoaderPattern.Fits(pattern, name)) && !Names(efi).Any(name => LoaderPattern.Fits(pattern, name));

    private static IEnumerable<string> Names(BootTree tree) => tree.List("loader/entries").Concat(tree.List("EFI/Linux"));
}
