using System.Globalization;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>The EFI System partition as the firmware names it: by its place on a GPT disk.</summary>
/// <param name="Number">The partition's number, from 1.</param>
/// <param name="Start">Its first block.</param>
/// <param name="Blocks">How many it has.</param>
/// <param name="Id">Its unique identity.</param>
internal sealed record EfiPartition(uint Number, ulong Start, ulong Blocks, Guid Id)
{
    private const string ById = "dev/disk/by-partuuid";

    // Sysfs counts so whatever the disk does.
    private const ulong Sector = 512;

    /// <summary>Null if the kernel does not tell all of it, or the disk has no GPT.</summary>
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
