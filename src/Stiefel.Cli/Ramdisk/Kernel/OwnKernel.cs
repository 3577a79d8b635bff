using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>A kernel that is installed on the laptop, with its modules.</summary>
/// <param name="Release">The release as `uname -r` prints it.</param>
/// <param name="Image">The kernel image's path in the tree.</param>
/// <param name="Modules">The path of lib/modules/RELEASE in the tree.</param>
internal sealed record OwnKernel(string Release, string Image, string Modules)
{
    private static readonly string[] s_moduleDirectories = ["usr/lib/modules", "lib/modules"];

    /// <summary>All complete kernels, the newest first.</summary>
    public static IReadOnlyList<OwnKernel> Of(LaptopTree tree)
    {
        var found = new List<OwnKernel>();
        foreach (var directory in s_moduleDirectories)
        {
            foreach (var release in tree.Names(directory).Where(release => !found.Exists(kernel => kernel.Release == release)))
            {
                var modules = $"{directory}/{release}";
                if (ImageOf(tree, modules, release) is { } image && tree.HasFile($"{modules}/modules.dep"))
                {
                    found.Add(new OwnKernel(release, image, modules));
                }
            }
        }

        return [.. found.OrderByDescending(kernel => kernel.Release, VersionOrder.Instance)];
    }

    // Debian, Fedora, openSUSE and Gentoo keep the image in /boot; Arch and Fedora keep it beside the modules.
    private static string? ImageOf(LaptopTree tree, string modules, string release) =>
        ((string[])[$"{modules}/vmlinuz", $"boot/vmlinuz-{release}", $"boot/kernel-{release}"]).FirstOrDefault(tree.HasFile);
}
