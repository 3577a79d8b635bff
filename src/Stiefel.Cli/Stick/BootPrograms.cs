using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Stick;

/// <summary>The installed boot programs from which sticks are made.</summary>
internal sealed record BootPrograms(SignedLoader? Signed, string? Stub, string BiosCode, string GptCode, IReadOnlyList<string> BiosModules)
{
    private const string Stub64 = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";
    private static readonly string[] s_modules = ["menu.c32", "libutil.c32", "poweroff.c32", "chain.c32", "libcom32.c32"];
    private static readonly string[] s_moduleDirectories = ["/usr/lib/syslinux/modules/bios", "/usr/lib/syslinux/bios", "/usr/share/syslinux"];
    private static readonly string[] s_codeDirectories = ["/usr/lib/SYSLINUX", "/usr/lib/syslinux/mbr", "/usr/lib/syslinux/bios", "/usr/share/syslinux"];

    /// <summary>Finds the boot programs where the distributions install them.</summary>
    /// <exception cref="FailedException">A boot program is not installed.</exception>
    public static BootPrograms Find()
    {
        var signed = SignedLoader.Find(File.Exists);
        var stub = File.Exists(Stub64) ? Stub64 : null;
        if (signed is null && stub is null)
        {
            throw new FailedException($"no boot loader for UEFI is installed (looked for {SignedLoader.Places}, {Stub64}); on Debian and Ubuntu: apt install shim-signed grub-efi-amd64-signed");
        }

        return new BootPrograms(
            signed,
            stub,
            FindFile("mbr.bin", s_codeDirectories),
            FindFile("gptmbr.bin", s_codeDirectories),
            [.. s_modules.Select(name => FindFile(name, s_moduleDirectories))]);
    }

    private static string FindFile(string name, string[] directories) =>
        directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
            ?? throw new FailedException($"syslinux's {name} is not installed (looked in {string.Join(", ", directories)}); on Debian and Ubuntu: apt install syslinux-common syslinux");
}
