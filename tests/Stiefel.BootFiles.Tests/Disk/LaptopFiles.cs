using Stiefel.BootFiles.Tests.Catalog;

namespace Stiefel.BootFiles.Tests.Disk;

/// <summary>Makes the boot files that a laptop's file systems hold.</summary>
internal static class LaptopFiles
{
    internal const string Release = "6.1.0-18-amd64";

    internal static void FillBoot(string directory, string prefix, string commandLine)
    {
        Directory.CreateDirectory(Path.Combine(directory, "grub"));
        File.WriteAllBytes(Path.Combine(directory, "vmlinuz"), BootFixture.KernelBytes(Release));
        File.WriteAllText(Path.Combine(directory, "initrd.img"), "the initrd");
        File.WriteAllText(Path.Combine(directory, "grub/grub.cfg"), $"menuentry 'Linux' {{\n  linux {prefix}/vmlinuz {commandLine}\n  initrd {prefix}/initrd.img\n}}\n");
    }

    internal static void FillModules(string root)
    {
        var modules = Path.Combine(root, $"usr/lib/modules/{Release}");
        Directory.CreateDirectory(modules);
        File.WriteAllText(Path.Combine(modules, "modules.dep"), "kernel/drivers/block/nbd.ko:\n");
        if (!Directory.Exists(Path.Combine(root, "lib")))
        {
            File.CreateSymbolicLink(Path.Combine(root, "lib"), "usr/lib");
        }
    }
}
