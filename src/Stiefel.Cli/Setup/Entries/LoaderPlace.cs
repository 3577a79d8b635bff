using System.Text;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// The place for systemd-boot: the partition of its other entries. systemd-boot lists entries without a sort-key last, in order of their names (UAPI.1), so
/// this entry comes last and is never the default. If all other entries have a sort-key, this one gets a key that sorts after theirs.
/// </summary>
internal sealed record LoaderPlace(string Partition, bool HasSortKey) : EntryPlace($"{Partition}/stiefel", $"{Partition}/loader/entries/-stiefel.conf")
{
    private static readonly string[] s_partitions = ["/boot", "/efi", "/boot/efi"];

    public static LoaderPlace? Find(LaptopFacts laptop)
    {
        var tree = laptop.Tree;
        if (s_partitions.FirstOrDefault(directory => tree.HasDirectory($"{directory}/loader/entries")) is not { } partition)
        {
            return null;
        }

        string[] others = [.. tree.Names($"{partition}/loader/entries").Where(name => name.EndsWith(".conf", StringComparison.Ordinal) && name != "-stiefel.conf")];
        return new LoaderPlace(partition, others.Length > 0 && others.All(name => tree.Lines($"{partition}/loader/entries/{name}").Any(line => line.StartsWith("sort-key", StringComparison.Ordinal))));
    }

    public override byte[] Content(string version, string arguments) => Encoding.UTF8.GetBytes(
        $"""
        # Written by `stiefel setup-server-os`; `--undo` takes it away again.
        title {Title}
        {(HasSortKey ? "sort-key zzstiefel\n" : "")}linux /stiefel/{version}/{Kernel}
        initrd /stiefel/{version}/{Initrd}
        initrd /stiefel/{version}/{Keys}
        options {arguments}

        """);
}
