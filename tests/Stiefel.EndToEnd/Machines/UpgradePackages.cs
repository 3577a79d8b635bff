using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Disks;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// The packages of an upgrade: another kernel of Debian's, the small one for virtual machines, and those whose upgrade runs grub-install, under later versions.
/// </summary>
internal static class UpgradePackages
{
    /// <summary>The packages of the kernel and of the boot loader, as patterns of file names.</summary>
    public const string Kernel = "linux-image-*-cloud-amd64_*.deb", Grub = "grub-efi-amd64_*.deb", Shim = "shim-signed_*.deb";

    private const string Suite = "bookworm";

    // Part of the cache's key; raise it when the steps below change.
    private const string Revision = "1";

    private static readonly string[] s_packages = ["linux-image-cloud-amd64", "grub-efi-amd64", "shim-signed"];

    /// <summary>Copies them into a directory.</summary>
    public static async Task AddAsync(string directory, CancellationToken token)
    {
        var kept = await new BuildCache().GetAsync("upgrade-packages", [.. s_packages, Suite, Revision], place => MakeAsync(place, token));
        await ExternalProgram.RunAsync("cp", ["-r", kept + "/.", directory], token: token);
    }

    private static async Task MakeAsync(string place, CancellationToken token)
    {
        var all = Directory.CreateDirectory(Path.Combine(place, "all")).FullName;
        await PackageDownload.FetchAsync(new DebianSource("debian", Suite, null, ["main"], "none"), s_packages, all, token);
        var kernel = Assert.Single(Directory.GetFiles(all, Kernel));
        File.Move(kernel, Path.Combine(place, Path.GetFileName(kernel)));
        foreach (var pattern in (string[])[Grub, Shim])
        {
            await RaiseAsync(Assert.Single(Directory.GetFiles(all, pattern)), place, token);
        }

        Directory.Delete(all, recursive: true);
    }

    private static async Task RaiseAsync(string package, string place, CancellationToken token)
    {
        var unpacked = package + ".d";
        await ExternalProgram.RunAsync("dpkg-deb", ["-R", package, unpacked], token: token);
        var control = Path.Combine(unpacked, "DEBIAN/control");
        await File.WriteAllLinesAsync(control, File.ReadLines(control).Select(line => line.StartsWith("Version: ", StringComparison.Ordinal) ? line + "+later" : line).ToList(), token);
        await ExternalProgram.RunAsync("dpkg-deb", ["-b", unpacked, Path.Combine(place, Path.GetFileName(package))], token: token);
    }
}
