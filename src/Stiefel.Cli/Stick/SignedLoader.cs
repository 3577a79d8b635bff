namespace Stiefel.Cli.Stick;

/// <summary>
/// A signed shim and the GRUB that it starts, both of one distribution, so that machines with Secure Boot accept them. It is the GRUB for removable
/// media, because the other one reads the installed system's configuration no matter where it was started from.
/// </summary>
/// <param name="Distribution">The distribution's name.</param>
/// <param name="Shim">Path of the shim, signed by Microsoft.</param>
/// <param name="Grub">Path of the GRUB, signed by the distribution.</param>
/// <param name="MokManager">Path of the program that shim starts to enrol a key; null if it is not installed.</param>
internal sealed record SignedLoader(string Distribution, string Shim, string Grub, string? MokManager)
{
    private static readonly SignedLoader[] s_known =
    [
        new("Debian or Ubuntu", "/usr/lib/shim/shimx64.efi.signed", "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed", "/usr/lib/shim/mmx64.efi.signed"),
        new("Ubuntu", "/usr/lib/shim/shimx64.efi.signed.latest", "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed", "/usr/lib/shim/mmx64.efi"),
        new("Fedora", "/boot/efi/EFI/fedora/shimx64.efi", "/boot/efi/EFI/fedora/gcdx64.efi", "/boot/efi/EFI/fedora/mmx64.efi"),
    ];

    /// <summary>The places where a shim is looked for, for messages.</summary>
    public static string Places => string.Join(", ", s_known.Select(known => known.Shim));

    /// <summary>The installed signed loader; null if there is none.</summary>
    public static SignedLoader? Find() =>
        s_known.FirstOrDefault(known => File.Exists(known.Shim) && File.Exists(known.Grub)) is { } found
            ? found with { MokManager = File.Exists(found.MokManager) ? found.MokManager : null }
            : null;
}
