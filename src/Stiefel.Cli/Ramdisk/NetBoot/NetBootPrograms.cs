using Stiefel.Cli.Ramdisk.Userland;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk.NetBoot;

/// <summary>
/// What a desktop without a stick boots by, and who tells it: as this distribution installs them, like a stick's boot loader, so that the signatures are those
/// that its kernel has.
/// </summary>
internal static class NetBootPrograms
{
    /// <summary>What to install on Debian and Ubuntu.</summary>
    public const string Packages = "dnsmasq-base ipxe shim-signed grub-efi-amd64-signed";

    private const string Dnsmasq = "usr/sbin/dnsmasq";

    private static readonly (string Name, string[] Places)[] s_programs =
    [
        ("undionly.kpxe", ["/usr/lib/ipxe/undionly.kpxe", "/usr/share/ipxe/undionly.kpxe"]),
        ("shimx64.efi", ["/usr/lib/shim/shimx64.efi.signed", "/usr/lib/shim/shimx64.efi.signed.latest"]),
        ("grubx64.efi", ["/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed"]),
    ];

    /// <summary>What is not installed and would be needed; null if all is there.</summary>
    public static string? Missing(string root = "/") =>
        ((string[])[.. File.Exists(Path.Combine(root, Dnsmasq)) ? Array.Empty<string>() : ["dnsmasq"], .. s_programs.Where(program => Find(root, program.Places) is null).Select(program => program.Name)]) is { Length: > 0 } missing
            ? string.Join(", ", missing)
            : null;

    /// <summary>Copies them: dnsmasq with its libraries and their loader, so that it needs nothing else of the ramdisk.</summary>
    /// <exception cref="FailedException">A library is missing.</exception>
    public static void Copy(string target, string root = "/")
    {
        var files = new SortedSet<string>(StringComparer.Ordinal) { Dnsmasq };
        new SharedLibraries(root).AddTo(files);
        foreach (var file in files)
        {
            CopyFile(RamdiskImage.Real(Path.Combine(root, file)), Path.Combine(target, file == Dnsmasq ? "sbin" : "lib", Path.GetFileName(file)));
        }

        foreach (var (name, places) in s_programs)
        {
            CopyFile(Find(root, places)!, Path.Combine(target, name));
        }
    }

    private static string? Find(string root, string[] places) => places.Select(place => RamdiskImage.Real(Path.Combine(root, place.TrimStart('/')))).FirstOrDefault(File.Exists);

    // By each of its names: what links to a library asks for one of them.
    private static void CopyFile(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target, overwrite: true);
    }
}
