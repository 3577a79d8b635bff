using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>A kernel that is installed on the laptop, with its modules.</summary>
/// <param name="Release">As `uname -r` says.</param>
/// <param name="Image">From the tree's top.</param>
/// <param name="Modules">Likewise: lib/modules/RELEASE.</param>
internal sealed record OwnKernel(string Release, string Image, string Modules)
{
    private static readonly string[] s_moduleDirectories = ["usr/lib/modules", "lib/modules"];

    /// <summary>All that are complete, the newest first.</summary>
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

    // Debian, Fedora, openSUSE and Gentoo have it in /boot; Arch, and Fedora besides, beside the modules.
    private static string? ImageOf(LaptopTree tree, string modules, string release) =>
        ((string[])[$"{modules}/vmlinuz", $"boot/vmlinuz-{release}", $"boot/kernel-{release}"]).FirstOrDefault(tree.HasFile);
}
