using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The files that a script can reach.</summary>
internal sealed class GrubFiles(BootTree tree)
{
    private const int SectorSize = 512;
    private const int MaxRawBytes = 64 * 1024;

    /// <summary>The file systems of the disk, by GRUB's names.</summary>
    public GrubDevices Devices { get; } = new(tree.Disk);

    /// <summary>The boot directory in which the first configuration was found.</summary>
    public BootTree Tree => tree;

    /// <summary>True if a one-time entry in an environment block (next_entry) is to be ignored.</summary>
    public bool IgnoresNextEntry { get; set; }

    /// <summary>True if an environment block that was read has a one-time entry.</summary>
    public bool HasNextEntry { get; set; }

    /// <summary>Finds the file system that a path refers to.</summary>
    /// <param name="path">With or without a device before it.</param>
    /// <param name="root">The value of `$root`.</param>
    public GrubPath Resolve(string path, string root)
    {
        var end = path.StartsWith('(') ? path.IndexOf(')', StringComparison.Ordinal) : -1;
        var device = end < 0 ? root : path[1..end];
        return new GrubPath(path, device, Devices.Find(device), path[(end + 1)..]);
    }

    /// <summary>Opens the file; null if there is none. GRUB takes a path without a leading slash for a list of blocks (grub-core/kern/file.c), which is not a file.</summary>
    public TreeFile? Open(GrubPath path)
        => path.Volume is not { } volume || !path.IsFile ? null
            : volume.OpenFile(path.Path) ?? (volume.Device is null && ReferenceEquals(volume, tree.Volume) ? tree.OpenInside(path.Path) : null);

    /// <summary>The file's absolute path, for people.</summary>
    public string Describe(GrubPath path)
    {
        using var file = Open(path);
        return file?.Path ?? path.ToString();
    }

    /// <summary>True if the directory exists; for a path that names only a file system, true if that can be read.</summary>
    public static bool HasDirectory(GrubPath path)
        => path.Volume is { } volume && (path.Path.Trim('/').Length == 0 ? volume.Places.Count > 0 : path.IsFile && volume.FindDirectory(path.Path) is not null);

    /// <summary>When a file or directory was modified, in seconds since 1970; null if there is none.</summary>
    public long? Modified(GrubPath path)
    {
        using var file = Open(path);
        if (file is not null)
        {
            return Seconds(file.Modified);
        }

        return path.IsFile && path.Volume?.FindDirectory(path.Path) is { } directory ? Seconds(Directory.GetLastWriteTimeUtc(directory)) : null;
    }

    private static long Seconds(DateTime time) => new DateTimeOffset(time).ToUnixTimeSeconds();

    /// <summary>Reads a text file, or the text in blocks of a device; null if there is none.</summary>
    /// <exception cref="InvalidDataException">The text is longer than <paramref name="limit"/> bytes.</exception>
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

    /// <summary>Reads an environment block that btrfs keeps outside its files, because GRUB cannot write to btrfs files.</summary>
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
