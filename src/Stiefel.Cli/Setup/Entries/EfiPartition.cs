using System.Globalization;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>Identifies the EFI System partition to the firmware, by its place on a GPT disk.</summary>
/// <param name="Number">The partition's number, from 1.</param>
/// <param name="Start">The partition's first block.</param>
/// <param name="Blocks">The partition's length in blocks.</param>
/// <param name="Id">The partition's unique GUID.</param>
internal sealed record EfiPartition(uint Number, ulong Start, ulong Blocks, Guid Id)
{
    private const string ById = "dev/disk/by-partuuid";

    // Sysfs counts in sectors of 512 bytes, regardless of the disk's block size.
    private const ulong Sector = 512;

    /// <summary>Finds the partition mounted on a directory; null if the kernel does not know all of this, or the disk has no GPT.</summary>
    public static EfiPartition? Of(LaptopFacts laptop, string directory)
    {
        var tree = laptop.Tree;
        if (BootSetup.MountOf(tree, directory) is not { Type: "vfat" } mount || laptop.Names.Resolve(mount.Source) is not { } device)
        {
            return null;
        }

        var place = $"sys/class/block/{device}";
        var block = Number($"{place}/../queue/logical_block_size") ?? Sector;
        return tree.Names(ById).FirstOrDefault(name => Path.GetFileName(tree.LinkText($"{ById}/{name}")) == device) is { } name && Guid.TryParse(name, out var id)
            && Number($"{place}/partition") is { } number && Number($"{place}/start") is { } start && Number($"{place}/size") is { } size
            ? new EfiPartition((uint)number, start * Sector / block, size * Sector / block, id)
            : null;

        ulong? Number(string file) => ulong.TryParse(tree.Text(file), CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
