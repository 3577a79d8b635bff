using Stiefel.Linux.Files;

namespace Stiefel.Linux.BlockDevices;

/// <summary>Reads the attributes of block devices in sysfs (Documentation/ABI/stable/sysfs-block).</summary>
/// <param name="root">The directory where sysfs is mounted; another one in tests.</param>
public sealed class BlockSysfs(string root = "/sys")
{
    /// <summary>The kernel's name (`sda1`) of a device; null if sysfs does not know it.</summary>
    public string? NameOf(DeviceNumber number)
    {
        var target = new DirectoryInfo(Path.Combine(root, "dev/block", number.ToString())) is { Exists: true } link
            ? link.ResolveLinkTarget(returnFinalTarget: true) ?? link
            : null;
        return target?.Name;
    }

    /// <summary>The number of a device, by the kernel's name; null if there is no such device.</summary>
    public DeviceNumber? NumberOf(string name) =>
        DeviceNumber.TryParse(ReadText(Path.Combine(DirectoryOf(name), "dev")), out var number) ? number : null;

    /// <summary>The partitions of a disk; none for a partition.</summary>
    public IReadOnlyList<string> PartitionsOf(string name) =>
        Children(DirectoryOf(name), directory => File.Exists(Path.Combine(directory, "partition")));

    /// <summary>The disk that holds a partition; null for a disk.</summary>
    public string? DiskOf(string name)
    {
        var directory = DirectoryOf(name);
        if (!File.Exists(Path.Combine(directory, "partition")))
        {
            return null;
        }

        var real = new DirectoryInfo(directory).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? directory;
        return Path.GetFileName(Path.GetDirectoryName(real));
    }

    /// <summary>The device's directory in sysfs, below the hardware it is attached to, by the kernel's name.</summary>
    public string PlaceOf(string name) => new DirectoryInfo(DirectoryOf(name)).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? DirectoryOf(name);

    /// <summary>The devices that a device is built upon.</summary>
    public IReadOnlyList<string> SlavesOf(string name) => Children(Path.Combine(DirectoryOf(name), "slaves"), _ => true);

    /// <summary>The devices built upon a device: dm-crypt, LVM, md.</summary>
    public IReadOnlyList<string> HoldersOf(string name) => Children(Path.Combine(DirectoryOf(name), "holders"), _ => true);

    /// <summary>A device's node, followed by its device-mapper name (`luks-root`) if it has one.</summary>
    public string DescribeHolder(string name)
    {
        var mapped = ReadText(Path.Combine(DirectoryOf(name), "dm/name"));
        return mapped.Length > 0 ? $"/dev/{name} ({mapped})" : $"/dev/{name}";
    }

    /// <summary>A number from the queue of a device, or for a partition from its disk's queue; 0 if unknown.</summary>
    public long ReadQueueNumber(DeviceNumber number, string file)
    {
        var name = NameOf(number);
        if (name is null)
        {
            return 0;
        }

        var disk = DiskOf(name) ?? name;
        return long.TryParse(ReadText(Path.Combine(DirectoryOf(disk), "queue", file)), out var value) ? value : 0;
    }

    /// <summary>The text of an attribute, by the kernel's name of the device; empty if there is none.</summary>
    public string ReadAttribute(string name, string attribute) => ReadText(Path.Combine(DirectoryOf(name), attribute));

    /// <summary>First byte of a partition on its disk; 0 for a disk. sysfs counts in units of 512 bytes, whatever the sector size.</summary>
    public long StartOf(string name) =>
        long.TryParse(ReadText(Path.Combine(DirectoryOf(name), "start")), out var sectors) ? sectors * 512 : 0;

    /// <summary>The loop devices (`loop0`) whose backing file is this one.</summary>
    public IReadOnlyList<string> LoopsOn(string file) =>
        Children(Path.Combine(root, "class/block"), directory => ReadText(Path.Combine(directory, "loop/backing_file")) == file);

    /// <summary>The loop devices that have any backing file.</summary>
    public IReadOnlyList<string> Loops() =>
        Children(Path.Combine(root, "class/block"), directory => File.Exists(Path.Combine(directory, "loop/backing_file")));

    private string DirectoryOf(string name) => Path.Combine(root, "class/block", name);

    private static List<string> Children(string directory, Func<string, bool> accept)
    {
        var names = new List<string>();
        try
        {
            names.AddRange(Directory.EnumerateFileSystemEntries(directory).Where(accept).Select(child => Path.GetFileName(child)));
        }
        catch (DirectoryNotFoundException)
        {
            // The device does not exist, or was removed a moment ago.
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
