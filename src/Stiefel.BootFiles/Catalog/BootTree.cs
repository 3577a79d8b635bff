using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog;

/// <summary>A file system as a boot loader sees it, and the directory in it that holds the boot loader's files.</summary>
/// <param name="disk">What else the boot loader can see.</param>
/// <param name="volume">The file system.</param>
/// <param name="tree">How it is seen.</param>
/// <param name="directory">The path in it.</param>
/// <param name="findings">Where readers write down what they pass over.</param>
internal sealed class BootTree(BootDisk disk, BootVolume volume, IFileTree tree, string directory, BootFindings findings)
{
    // A path of more components than this is not searched for under its shorter names.
    private const int MaxComponents = 32;

    /// <summary>All file systems beside which this one stands, itself included.</summary>
    public BootDisk Disk => disk;

    /// <summary>This file system.</summary>
    public BootVolume Volume => volume;

    /// <summary>True if a person wrote the paths: then the one file they name is meant and no other.</summary>
    public bool PathsAreExact { get; init; }

    /// <summary>The same, for paths that mean one file and no other.</summary>
    public BootTree WithExactPaths() => new(disk, volume, tree, directory, findings) { PathsAreExact = true };

    /// <summary>Another directory of this file system, by its path from this one; `..` stops at the top.</summary>
    public BootTree Beside(string path) => new(disk, volume, tree, Path.GetFullPath(Path.Combine("/", directory, path))[1..], findings);

    /// <summary>The same directory in another file system of the disk, or another directory in this one.</summary>
    public BootTree At(BootVolume other, BootPlace place) => new(disk, other, place.Tree, place.Directory, findings);

    /// <summary>False if the directory is not there, or is no directory.</summary>
    public bool Exists => tree.FindDirectory(directory) is not null;

    /// <summary>The boot directory's path from the file system's top, beginning with `/`.</summary>
    public string Directory => Path.Combine("/", directory);

    /// <summary>What a person would look for: the absolute path of a file in the boot directory.</summary>
    public string Describe(string path) => Path.Combine(tree.Root, directory, path);

    /// <summary>The same for a path from the file system's top.</summary>
    public string Absolute(string path) => Path.Combine(tree.Root, path.TrimStart('/'));

    /// <summary>Where readers write down what they pass over.</summary>
    public BootFindings Findings => findings;

    /// <summary>True if there is such a file below the boot directory.</summary>
    public bool Has(string path)
    {
        using var file = tree.OpenFile(Path.Combine(directory, path));
        return file is not null;
    }

    /// <summary>The names in a directory below the boot directory; none if it is not there.</summary>
    public IReadOnlyList<string> List(string path) => tree.List(Path.Combine(directory, path));

    /// <summary>A text file below the boot directory, or null if it is not there.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="limit"/> bytes.</exception>
    public string? ReadText(string path, int limit)
    {
        using var file = tree.OpenFile(Path.Combine(directory, path));
        return Text(file, limit);
    }

    /// <summary>The same for a file that says nothing of use if it is so long; null then.</summary>
    public string? TryReadText(string path, int limit)
    {
        using var file = tree.OpenFile(Path.Combine(directory, path));
        return file?.Length <= limit ? Text(file, limit) : null;
    }

    /// <summary>A file of this disk by its absolute path, as it came out of a tree.</summary>
    public TreeFile? OpenAt(string absolute)
        => disk.Volumes.SelectMany(other => other.Places).Select(place => place.Tree).Prepend(tree)
            .Where(one => absolute.StartsWith(one.Root.TrimEnd('/') + '/', StringComparison.Ordinal))
            .Select(one => one.OpenFile(Path.GetRelativePath(one.Root, absolute)))
            .FirstOrDefault(file => file is not null);

    /// <summary>Where in its file system a file lies that was opened here, and which that is; null if it is none of this disk.</summary>
    public (IFileTree Tree, string Path)? Locate(TreeFile file)
    {
        var others = disk.Volumes.SelectMany(other => other.Places).Select(place => place.Tree);
        return others.Prepend(tree).FirstOrDefault(one => file.Path.StartsWith(one.Root.TrimEnd('/') + '/', StringComparison.Ordinal)) is { } holder
            ? (holder, Path.GetRelativePath(holder.Root, file.Path))
            : null;
    }

    /// <summary>A file below the boot directory, or null.</summary>
    public TreeFile? OpenInside(string path) => tree.OpenFile($"{directory}/{path}");

    /// <summary>A text file at a path that a boot loader's script wrote, or null.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="limit"/> bytes.</exception>
    public string? ReadLoaderText(string path, int limit)
    {
        using var file = OpenAsWritten(WithoutDevice(path));
        return Text(file, limit);
    }

    /// <summary>Length of the file at a path that a boot loader's script wrote, or null if there is none.</summary>
    public long? LengthOf(string path)
    {
        using var file = OpenAsWritten(WithoutDevice(path));
        return file?.Length;
    }

    /// <summary>True if a boot loader's script would find a directory there.</summary>
    public bool HasDirectory(string path) => tree.FindDirectory(WithoutDevice(path)) is not null;

    /// <summary>
    /// The file a boot loader means by a path. Whether it counts from the file system's top, from the boot partition or from a
    /// btrfs subvolume depends on the loader and on what was mounted where when the entry was written (`/@/boot/vmlinuz`,
    /// `/boot/vmlinuz`, `/vmlinuz` may all be the same file), so leading components are dropped until a file is found.
    /// </summary>
    public TreeFile? Open(string path)
    {
        var components = WithoutDevice(path).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var mayDrop = PathsAreExact ? 1 : components.Length <= MaxComponents ? components.Length : 0;
        for (var dropped = 0; dropped < Math.Min(mayDrop, components.Length); dropped++)
        {
            var rest = string.Join('/', components.AsSpan(dropped));
            if (OpenAsWritten(rest) is { } file)
            {
                return file;
            }
        }

        return null;
    }

    private TreeFile? OpenAsWritten(string path) => tree.OpenFile(path) ?? tree.OpenFile($"{directory}/{path}");

    /// <summary>GRUB may put a device before a path: `(hd0,gpt2)/vmlinuz`. It is always the file system that is searched here.</summary>
    private static string WithoutDevice(string path)
    {
        var end = path.StartsWith('(') ? path.IndexOf(')', StringComparison.Ordinal) : -1;
        return path[(end + 1)..];
    }

    private static string? Text(TreeFile? file, int limit)
        => file is null ? null : Encoding.UTF8.GetString(file.ReadAll(limit)).TrimStart('\uFEFF');
}
