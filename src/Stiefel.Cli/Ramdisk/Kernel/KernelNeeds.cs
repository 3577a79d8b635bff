using Stiefel.Cli.Laptop;
using Stiefel.Linux.Modules;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>What the ramdisk needs of a kernel on this laptop: for itself, for the laptop's disk and boot files, and for the cable.</summary>
internal static class KernelNeeds
{
    private static readonly KernelNeed[] s_always =
    [
        new("loop", "the ramdisk's programs are in a file system in a file"), new("squashfs", "that file system is a squashfs"), new("ipv6", "the cable's addresses"),
        new("CONFIG_SQUASHFS_ZSTD", "the ramdisk's programs are compressed with zstd"), new("CONFIG_BLK_DEV_INITRD", "the kernel must be able to start a ramdisk"), new("CONFIG_KEXEC_FILE", "a stick starts the laptop's system from it"),
    ];

    private static readonly KernelNeed s_tunnel = new("wireguard", "the disk crosses the cable encrypted; link.protection: none does without");

    // File systems that the server mounts to read boot files; needed only if this laptop has them.
    private static readonly string[] s_fileSystems = ["ext4", "xfs", "btrfs", "vfat"];

    private static readonly (string Layer, string Module, string Why)[] s_layers =
        [("LUKS", "dm_crypt", "the root is encrypted"), ("LVM", "dm_mod", "the root is on LVM"), ("RAID", "md_mod", "the root is on an array")];

    /// <summary>All needs.</summary>
    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="hasTunnel">True if the link is protected by WireGuard.</param>
    public static IReadOnlyList<KernelNeed> Of(LaptopFacts laptop, bool hasTunnel)
    {
        var types = laptop.FileSystems.Where(entry => entry.Directory is "/" or "/boot" or "/efi" or "/boot/efi").Select(entry => entry.Type).Append(laptop.Root.Type);
        return
        [
            .. s_always,
            .. hasTunnel ? [s_tunnel] : Array.Empty<KernelNeed>(),
            .. types.Distinct(StringComparer.Ordinal).Where(s_fileSystems.Contains).Select(type => new KernelNeed(type, "this laptop's boot files are on it")),
            .. s_layers.Where(layer => laptop.Root.Layers.Any(text => text.StartsWith(layer.Layer, StringComparison.Ordinal))).Select(layer => new KernelNeed(layer.Module, layer.Why)),
            .. OfHardware(laptop),
        ];
    }

    /// <summary>The drivers that this laptop uses for its disk and network cards; while its system runs on a desktop, those that are known of it.</summary>
    public static IEnumerable<KernelNeed> OfHardware(LaptopFacts laptop) => laptop.Root.IsRemote ? KnownHardware.Read(laptop.Tree) :
    [
        .. laptop.Root.Disks.SelectMany(disk => DriversOf(laptop.Tree, $"sys/class/block/{disk}")).Select(KnownHardware.OfDisk),
        .. laptop.Cards.SelectMany(card => DriversOf(laptop.Tree, $"sys/class/net/{card.Name}")).Select(KnownHardware.OfCard),
    ];

    /// <summary>The needs that neither a ramdisk's modules nor its kernel's built-in drivers meet.</summary>
    public static IEnumerable<KernelNeed> MissingIn(string modules, IEnumerable<KernelNeed> needs)
    {
        var builtIn = Path.Combine(modules, "modules.builtin");
        var held = Directory.EnumerateFiles(modules, "*.ko*", SearchOption.AllDirectories).Concat(File.Exists(builtIn) ? File.ReadLines(builtIn) : [])
            .Select(file => ModuleName.OfFile(file)).ToHashSet(StringComparer.Ordinal);
        return needs.Where(need => !held.Contains(ModuleName.Normalize(need.Name))).DistinctBy(need => need.Name);
    }

    /// <summary>The needs that a kernel cannot meet.</summary>
    /// <param name="laptop">The laptop on which it is installed.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="rules">Rules that select the ramdisk's modules.</param>
    /// <param name="needs">The needs to check.</param>
    public static IReadOnlyList<KernelNeed> Missing(LaptopTree laptop, OwnKernel kernel, ModuleRules rules, IReadOnlyList<KernelNeed> needs)
    {
        var held = laptop.Lines($"{kernel.Modules}/modules.builtin").Select(file => ModuleName.OfFile(file))
            .Concat(new ModuleDependencies(laptop.Lines($"{kernel.Modules}/modules.dep")).Choose(rules with { Wanted = [] }).Select(file => ModuleName.OfFile(file)))
            .ToHashSet(StringComparer.Ordinal);
        string[] options = [.. laptop.Lines($"boot/config-{kernel.Release}").Concat(laptop.Lines($"{kernel.Modules}/config")).Where(line => line.EndsWith("=y", StringComparison.Ordinal))];

        // If the kernel's configuration is not installed, assume the options: all distributions have them.
        return [.. needs.Where(need => need.IsOption ? options.Length > 0 && !options.Contains(need.Name + "=y") : !held.Contains(ModuleName.Normalize(need.Name)))];
    }

    // Go from the device up to the bus: a disk behind a controller needs both drivers. Built-in drivers have a module name, too.
    private static IEnumerable<string> DriversOf(LaptopTree tree, string device)
    {
        for (var directory = tree.RealPath(device); directory is not null && directory.StartsWith("/sys/devices/", StringComparison.Ordinal); directory = Path.GetDirectoryName(directory))
        {
            if (tree.LinkText($"{directory}/driver/module") is { } module)
            {
                yield return Path.GetFileName(module);
            }
        }
    }
}
