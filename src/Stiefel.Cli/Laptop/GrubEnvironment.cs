namespace Stiefel.Cli.Laptop;

/// <summary>Whether GRUB can forget an entry that it was told to start once.</summary>
internal static class GrubEnvironment
{
    // File systems that GRUB itself can write to (GNU GRUB manual, "Environment block"; grub-core/commands/loadenv.c).
    private static readonly string[] s_writable = ["ext2", "ext3", "ext4", "xfs", "vfat"];

    /// <summary>True if GRUB can write to a file system of this type.</summary>
    public static bool CanWriteTo(string type) => s_writable.Contains(type, StringComparer.Ordinal);

    /// <summary>Says why GRUB cannot write its environment block, for example `on btrfs`; null if it can, or if that is unknown.</summary>
    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="directory">The directory of GRUB's configuration.</param>
    public static string? ObstacleOf(LaptopFacts laptop, string directory)
    {
        if (BootSetup.MountOf(laptop.Tree, directory) is not { } mount)
        {
            return null;
        }

        var device = laptop.Names.Resolve(mount.Source);
        var layer = device is null ? null : laptop.Blocks.Below(device).Select(laptop.Blocks.KindOf).FirstOrDefault(kind => kind is not null);
        return layer is not null ? $"on {layer}" : CanWriteTo(mount.Type) ? null : $"on {mount.Type}";
    }
}
