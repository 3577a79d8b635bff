using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The files that a script can reach.</summary>
internal sealed class GrubFiles(BootTree tree)
{
    private const int SectorSize = 512;
    private const int MaxRawBytes = 64 * 1024;

    /// <summary>Names and places of file systems.</summary>
    public GrubDevices Devices { get; } = new(tree.Disk);

    /// <summary>The boot directory it all began with.</summary>
    public BootTree Tree => tree;

    /// <summary>True if an environment block is to be read as if it asked for no entry once.</summary>
    public bool IgnoresNextEntry { get; set; }

    /// <summary>True if one was read that does.</summary>
    public bool HasNextEntry { get; set; }

    /// <summary>What a path means.</summary>
    /// <param name="path">With or without a device before it.</param>
    /// <param name="root">The value of `$root`.</param>
    public GrubPath Resolve(string path, string root)
    {
        var end = path.StartsWith('(') ? path.IndexOf(')', StringComparison.Ordinal) : -1;
        var device = end < 0 ? root : path[1..end];
        return new GrubPath(path, device, Devices.Find(device), path[(end + 1)..]);
    }

    /// <summary>The file, or null; without a leading slash GRUB looks for a list of blocks (grub-core/kern/file.c), and that is no file.</summary>
    public TreeFile? Open(GrubPath path)
        => path.Volume is not { } volume || !path.IsFile ? null
            : volume.OpenFile(path.Path) ?? (volume.Device is null && ReferenceEquals(volume, tree.Volume) ? tree.OpenInside(path.Path) : null);

    /// <summary>For people: where the file lies.</summary>
    public string Describe(GrubPath path)
    {
        using var file = Open(path);
        return file?.Path ?? path.ToString();
    }

    /// <summary>True if a directory is there, or the file system itself if the path is nothing but its name.</summary>
    public static bool HasDirectory(GrubPath path)
        => path.Volume is { } volume && (path.Path.Trim('/').Length == 0 ? volume.Places.Count > 0 : path.IsFile && volume.FindDirectory(path.Path) is not null);

    /// <summary>A text file, or the text in blocks of a device; null if there is none.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="limit"/> bytes.</exception>
    public string? ReadText(GrubPath path, int limit)
    {
        if (path.Blocks is { } blocks)
        {
            return ReadBlocks(path.Volume, blocks);
        }

        using var file = Open(path);
        return file is null ? null : Encoding.UTF8.GetString(file.ReadAll(limit)).TrimStart('\uFEFF');
    }

    /// <summary>The entries of a directory.</summary>
    public static IEnumerable<(string Name, bool IsDirectory)> List(GrubPath path)
        => path.Volume is not { } volume || !path.IsFile ? []
            : volume.List(path.Path).Select(name => (name, volume.FindDirectory($"{path.Path.TrimEnd('/')}/{name}") is not null));

    /// <summary>btrfs keeps an environment block outside its files, since GRUB cannot write to those.</summary>
    private static string? ReadBlocks(BootVolume? volume, (long Start, long Count) blocks)
    {
        if (volume?.Device is not { } device || blocks.Count * SectorSize > MaxRawBytes || blocks.Start > long.MaxValue / SectorSize / 2)
        {
            return null;
        }

        using var handle = File.OpenHandle(device.Path);
        var content = new byte[blocks.Count * SectorSize];
        return RandomAccess.Read(handle, content, blocks.Start * SectorSize) == content.Length ? Encoding.UTF8.GetString(content) : null;
    }
}
