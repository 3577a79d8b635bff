namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>Entries that were written for GRUB's `blscfg` command: its variables are text to systemd-boot, and without GRUB's files nobody knows their values.</summary>
internal static class GrubDialect
{
    // What grubby, kernel-install's 90-loaderentry and tuned write into entries. A `$` of another kind, as in memmap=64M$0x100000000, is the kernel's.
    private static readonly string[] s_variables = ["kernelopts", "tuned_params", "tuned_initrd", "default_kernelopts", "early_initrd"];

    /// <summary>A reason not to boot it as it stands; null if it is none of these.</summary>
    public static string? Find(LoaderEntry entry)
    {
        var words = $"{entry.Options} {string.Join(' ', entry.Initrds)}".Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.FirstOrDefault(word => s_variables.Any(name => word == $"${name}" || word == $"${{{name}}}")) is { } variable
            ? $"{variable} is a variable of GRUB, and no grub.cfg or grubenv here gives its value"
            : null;
    }
}
