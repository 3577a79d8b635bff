namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>The partitions that systemd-boot looks into, and the directories that stand for them where file systems are mounted into each other.</summary>
internal static class LoaderPlaces
{
    /// <summary>Where the EFI System partition is, beside or below a boot directory.</summary>
    private static readonly string[] s_efiDirectories = ["", "efi", "../efi", "../boot/efi"];

    /// <summary>What belongs to the loader of this boot directory; none if that is another's, which tells of this one too.</summary>
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

    /// <summary>loader.conf, which is that of the EFI System partition.</summary>
    public static LoaderConfiguration ReadConfiguration(BootTree tree)
        => Efi(tree).Select(LoaderConfiguration.TryRead).FirstOrDefault(found => found is not null) ?? new LoaderConfiguration("", "");

    /// <summary>The boot directory as it may lie on the EFI System partition, the likeliest first.</summary>
    public static IEnumerable<BootTree> Efi(BootTree tree)
        => tree.Volume.Device is not null && tree.Disk.EfiSystem is { } efi
            ? efi.Places.Select(place => tree.At(efi, place))
            : s_efiDirectories.Select(tree.Beside).Where(beside => beside.Exists);

    /// <summary>A path of an entry, which counts from the top of the partition that the entry is on.</summary>
    public static string PathIn(BootTree tree, string path) => path.Length == 0 ? "" : $"{tree.Directory}/{path.TrimStart('/')}";

    private static bool IsTop(BootTree tree) => tree.Directory == "/";

    // By its type; or the one other partition that has entries, if they would be of no use otherwise, or loader.conf names one of them.
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
