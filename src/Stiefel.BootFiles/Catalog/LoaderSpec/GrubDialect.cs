namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>Recognises entries written for GRUB's `blscfg` command. systemd-boot takes GRUB's variables in them literally, and without GRUB's files their values are unknown.</summary>
internal static class GrubDialect
{
    // The variables that grubby, kernel-install's 90-loaderentry and tuned write into entries. Any other `$`, as in memmap=64M$0x100000000, is meant for the kernel.
    private static readonly string[] s_variables = ["kernelopts", "tuned_params", "tuned_initrd", "default_kernelopts", "early_initrd"];

    /// <summary>Why the entry cannot be booted as it stands; null if it uses no such variable.</summary>
    public static string? Find(LoaderEntry entry)
    {
        var words = $"{entry.Options} {string.Join(' ', entry.Initrds)}".Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.FirstOrDefault(word => s_variables.Any(name => word == $"${name}" || word == $"${{{name}}}")) is { } variable
            ? $"{variable} is a variable of GRUB, but there is no grub.cfg or grubenv here to set it"
            : null;
    }
}
