namespace Stiefel.Cli.Stick;

/// <summary>
/// A shim and the GRUB that it starts, both of one distribution and signed, so that machines with Secure Boot take them. The GRUB is the one for
/// removable media: the other reads the configuration of the installed system, wherever it was started from.
/// </summary>
/// <param name="Distribution">Whose.</param>
/// <param name="Shim">Signed by Microsoft.</param>
/// <param name="Grub">Signed by the distribution.</param>
/// <param name="MokManager">What shim starts where a key is to be enrolled; null if it is not there.</param>
internal sealed record SignedLoader(string Distribution, string Shim, string Grub, string? MokManager)
{
    private static readonly SignedLoader[] s_known =
    [
        new("Debian or Ubuntu", "/usr/lib/shim/shimx64.efi.signed", "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed", "/usr/lib/shim/mmx64.efi.signed"),
        new("Ubuntu", "/usr/lib/shim/shimx64.efi.signed.latest", "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed", "/usr/lib/shim/mmx64.efi"),
        new("Fedora", "/boot/efi/EFI/fedora/shimx64.efi", "/boot/efi/EFI/fedora/gcdx64.efi", "/boot/efi/EFI/fedora/mmx64.efi"),
    ];

    /// <summary>For a message.</summary>
    public static string Places => string.Join(", ", s_known.Select(known => known.Shim));

    /// <summary>The one that is installed.</summary>
    public static SignedLoader? Find() =>
        s_known.FirstOrDefault(known => File.Exists(known.Shim) && File.Exists(known.Grub)) is { } found
            ? found with { MokManager = File.Exists(found.MokManager) ? found.MokManager : null }
            : null;
}
