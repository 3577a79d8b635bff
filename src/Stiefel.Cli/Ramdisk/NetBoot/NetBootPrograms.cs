using Stiefel.Cli.Ramdisk.Userland;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk.NetBoot;

/// <summary>
/// The programs for network boot: boot loaders for desktops, and dnsmasq, which offers them. They are taken from this distribution, like a stick's boot
/// loader, so that they and the kernel are signed by the same keys.
/// </summary>
internal static class NetBootPrograms
{
    /// <summary>The packages of these programs on Debian and Ubuntu.</summary>
    public const string Packages = "dnsmasq-base ipxe shim-signed grub-efi-amd64-signed";

    private const string Dnsmasq = "usr/sbin/dnsmasq";

    private static readonly (string Name, string[] Places)[] s_programs =
    [
        ("undionly.kpxe", ["/usr/lib/ipxe/undionly.kpxe", "/usr/share/ipxe/undionly.kpxe"]),
        ("shimx64.efi", ["/usr/lib/shim/shimx64.efi.signed", "/usr/lib/shim/shimx64.efi.signed.latest"]),
        ("grubx64.efi", ["/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed"]),
    ];

    /// <summary>Names of the programs that are not installed; null if all are.</summary>
    public static string? Missing(string root = "/") =>
        ((string[])[.. File.Exists(Path.Combine(root, Dnsmasq)) ? Array.Empty<string>() : ["dnsmasq"], .. s_programs.Where(program => Find(root, program.Places) is null).Select(program => program.Name)]) is { Length: > 0 } missing
            ? string.Join(", ", missing)
            : null;

    /// <summary>Copies the programs. dnsmasq gets its libraries and dynamic linker, so that it needs nothing else in the ramdisk.</summary>
    /// <exception cref="FailedException">A library is missing.</exception>
    public static void Copy(string target, string root = "/")
    {
        var files = new SortedSet<string>(StringComparer.Ordinal) { Dnsmasq };
        new SharedLibraries(root).AddTo(files);
        foreach (var file in files)
        {
            CopyProgram(RamdiskImage.Real(Path.Combine(root, file)), Path.Combine(target, file == Dnsmasq ? "sbin" : "lib", Path.GetFileName(file)));
        }

        foreach (var (name, places) in s_programs)
        {
            CopyFile(Find(root, places)!, Path.Combine(target, name));
        }
    }

    private static string? Find(string root, string[] places) => places.Select(place => RamdiskImage.Real(Path.Combine(root, place.TrimStart('/')))).FirstOrDefault(File.Exists);

    // A program asks for a library by one of its names: the library lies there once, and its other names are links to it.
    private static void CopyProgram(string source, string target)
    {
        var (name, directory) = (Path.GetFileName(source), Path.GetDirectoryName(target)!);
        if (name == Path.GetFileName(target))
        {
            CopyFile(source, target);
            return;
        }

        CopyFile(source, Path.Combine(directory, name));
        File.Delete(target);
        File.CreateSymbolicLink(target, name);
    }

    private static void CopyFile(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target, overwrite: true);
    }
}
