using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog;

/// <summary>A file system as a boot loader sees it, and the directory in it that holds the boot loader's files.</summary>
/// <param name="disk">The other file systems that the boot loader can see.</param>
/// <param name="volume">The file system.</param>
/// <param name="tree">The view of it: from its top, or from a subvolume.</param>
/// <param name="directory">The boot directory's path in that view.</param>
/// <param name="findings">Collects what readers pass over.</param>
internal sealed class BootTree(BootDisk disk, BootVolume volume, IFileTree tree, string directory, BootFindings findings)
{
    // A path of more components than this is not looked up, unless paths are exact.
    private const int MaxComponents = 32;

    /// <summary>All file systems of the disk, this one included.</summary>
    public BootDisk Disk => disk;

    /// <summary>This file system.</summary>
    public BootVolume Volume => volume;

    /// <summary>True if a person wrote the paths: each then means exactly the file it names.</summary>
    public bool PathsAreExact { get; init; }

    /// <summary>True if paths may count from the subvolume with the boot directory, which is a directory in a view from the file system's top.</summary>
    public bool PathsMayBeInSubvolume { get; init; }

    /// <summary>The same tree, with <see cref="PathsAreExact"/> set.</summary>
    public BootTree WithExactPaths() => new(disk, volume, tree, directory, findings) { PathsAreExact = true, PathsMayBeInSubvolume = PathsMayBeInSubvolume };

    /// <summary>The same tree, with <see cref="PathsMayBeInSubvolume"/> set.</summary>
    public BootTree WithPathsInSubvolume() => new(disk, volume, tree, directory, findings) { PathsAreExact = PathsAreExact, PathsMayBeInSubvolume = true };

    /// <summary>Another directory of this file system, given relative to this one; `..` stops at the top.</summary>
    public BootTree Beside(string path) => new(disk, volume, tree, Path.GetFullPath(Path.Combine("/", directory, path))[1..], findings);

    /// <summary>The given directory of another file system on the disk, or of this one.</summary>
    public BootTree At(BootVolume other, BootPlace place) => new(disk, other, place.Tree, place.Directory, findings);

    /// <summary>True if the boot directory exists and is a directory.</summary>
    public bool Exists => tree.FindDirectory(directory) is not null;

    /// <summary>The boot directory's path from the file system's top, beginning with `/`.</summary>
    public string Directory => Path.Combine("/", directory);

    /// <summary>The absolute path, for people, of a file in the boot directory.</summary>
    public string Describe(string path) => Path.Combine(tree.Root, directory, path);

    /// <summary>The absolute path, for people, of a path from the file system's top.</summary>
    public string Absolute(string path) => Path.Combine(tree.Root, path.TrimStart('/'));

    /// <summary>Collects what readers pass over.</summary>
    public BootFindings Findings => findings;

    /// <summary>True if the boot directory has a file at this path.</summary>
    public bool Has(string path)
    {
        using var file = tree.OpenFile(Path.Combine(directory, path));
        return file is not null;
    }

    /// <summary>The names in a directory below the boot directory; none if it does not exist.</summary>
    public IReadOnlyList<string> List(string path) => tree.List(Path.Combine(directory, path));

    /// <summary>Reads a text file below the boot directory; null if it does not exist.</summary>
    /// <exception cref="InvalidDataException">The file is longer than <paramref name="limit"/> bytes.</exception>
    public string? ReadText(string path, int limit)
    {
        using var file = tree.OpenFile(Path.Combine(directory, path));
        return Text(file, limit);
    }

    /// <summary>As <see cref="ReadText"/>, for files in which only a short text is of use: also null if the file is longer than <paramref name="limit"/> bytes.</summary>
    public string? TryReadText(string path, int limit)
    {
        using var file = tree.OpenFile(Path.Combine(directory, path));
        return file?.Length <= limit ? Text(file, limit) : null;
    }

    /// <summary>Opens a file of this disk by the absolute path that one of the disk's trees reported; null if none has it.</summary>
    public TreeFile? OpenAt(string absolute)
        => disk.Volumes.SelectMany(other => other.Places).Select(place => place.Tree).Prepend(tree)
            .Where(one => absolute.StartsWith(one.Root.TrimEnd('/') + '/', StringComparison.Ordinal))
            .Select(one => one.OpenFile(Path.GetRelativePath(one.Root, absolute)))
            .FirstOrDefault(file => file is not null);

    /// <summary>The tree, and the path in it, of a file that was opened here; null if the file is not on this disk.</summary>
    public (IFileTree Tree, string Path)? Locate(TreeFile file)
    {
        var others = disk.Volumes.SelectMany(other => other.Places).Select(place => place.Tree);
        return others.Prepend(tree).FirstOrDefault(one => file.Path.StartsWith(one.Root.TrimEnd('/') + '/', StringComparison.Ordinal)) is { } holder
            ? (holder, Path.GetRelativePath(holder.Root, file.Path))
            : null;
    }

    /// <summary>Opens a file below the boot directory; null if there is none.</summary>
    public TreeFile? OpenInside(string path) => tree.OpenFile($"{directory}/{path}");

    /// <summary>Reads a text file at a path that a boot loader's script names; null if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is longer than <paramref name="limit"/> bytes.</exception>
    public string? ReadLoaderText(string path, int limit)
    {
        using var file = OpenAsWritten(WithoutDevice(path));
        return Text(file, limit);
    }

    /// <summary>Length of the file at a path that a boot loader's script names; null if there is none.</summary>
    public long? LengthOf(string path)
    {
        using var file = OpenAsWritten(WithoutDevice(path));
        return file?.Length;
    }

    /// <summary>True if a boot loader's script would find a directory at this path.</summary>
    public bool HasDirectory(string path) => tree.FindDirectory(WithoutDevice(path)) is not null;

    /// <summary>
    /// Opens the file that a boot loader means by a path. Depending on the loader and on what was mounted where when the entry was written, a path
    /// counts from the file system's top, from the boot partition or from a btrfs subvolume (`/@/boot/vmlinuz`, `/boot/vmlinuz`, `/vmlinuz` may all
    /// be the same file), so leading components are dropped until a file is found.
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

    private TreeFile? OpenAsWritten(string path) => tree.OpenFile(path) ?? tree.OpenFile($"{directory}/{path}") ?? (PathsMayBeInSubvolume ? tree.OpenFile($"{directory.Split('/')[0]}/{path}") : null);

    /// <summary>Drops the device that GRUB may put before a path, `(hd0,gpt2)/vmlinuz`: the path is always looked up in this file system.</summary>
    private static string WithoutDevice(string path)
    {
        var end = path.StartsWith('(') ? path.IndexOf(')', StringComparison.Ordinal) : -1;
        return path[(end + 1)..];
    }

    private static string? Text(TreeFile? file, int limit)
        => file is null ? null : Encoding.UTF8.GetString(file.ReadAll(limit)).TrimStart('\uFEFF');
}
