namespace Stiefel.Cli.Laptop;

/// <summary>
/// A signed shim and the GRUB that it starts, both of one distribution, so that machines with Secure Boot accept them. It is the GRUB for removable
/// media, because the other one reads the installed system's configuration no matter where it was started from.
/// </summary>
/// <param name="Distribution">The distribution's name.</param>
/// <param name="Shim">Path of the shim, signed by Microsoft.</param>
/// <param name="Grub">Path of the GRUB, signed by the distribution.</param>
/// <param name="MokManager">Path of the program that shim starts to enrol a key; null if it is not installed.</param>
/// <param name="ReadsBesideItself">True if this GRUB reads a grub.cfg in its own directory; false if it does so in EFI/BOOT only.</param>
internal sealed record SignedLoader(string Distribution, string Shim, string Grub, string? MokManager, bool ReadsBesideItself)
{
    private static readonly SignedLoader[] s_known =
    [
        new("Debian or Ubuntu", "/usr/lib/shim/shimx64.efi.signed", "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed", "/usr/lib/shim/mmx64.efi.signed", true),
        new("Ubuntu", "/usr/lib/shim/shimx64.efi.signed.latest", "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed", "/usr/lib/shim/mmx64.efi", true),
        new("Fedora", "/boot/efi/EFI/fedora/shimx64.efi", "/boot/efi/EFI/fedora/gcdx64.efi", "/boot/efi/EFI/fedora/mmx64.efi", false),
    ];

    /// <summary>The places where a shim is looked for, for messages.</summary>
    public static string Places => string.Join(", ", s_known.Select(known => known.Shim));

    /// <summary>The installed signed loader; null if there is none.</summary>
    /// <param name="exists">Tells whether a file is installed.</param>
    public static SignedLoader? Find(Func<string, bool> exists) =>
        s_known.FirstOrDefault(known => exists(known.Shim) && exists(known.Grub)) is { } found
            ? found with { MokManager = found.MokManager is { } manager && exists(manager) ? manager : null }
            : null;
}
