using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>The file systems of a disk as boot loaders see them; each is mounted at the first look into it.</summary>
internal sealed class DiskVolumes(DiskMounts mounts) : IDisposable
{
    // A disk has a handful of file systems, but a partition table can name any number.
    private const int MaxVolumes = 64;

    private readonly Dictionary<string, BootVolume> _volumes = [];
    private readonly List<(ReadOnlyMount Mount, ConfinedTree Tree)> _open = [];

    /// <summary>The file systems that cannot be mounted, and why.</summary>
    public List<PassedOver> Problems { get; } = [];

    /// <summary>The mountable file systems of these devices; the same device always gives the same volume.</summary>
    /// <param name="devices">All known devices.</param>
    /// <param name="chosen">The device to search for boot entries; null: all are searched.</param>
    public BootDisk Of(IEnumerable<ProbedDevice> devices, ProbedDevice? chosen)
        => new([.. devices.Where(device => Mount.Supports(device.Type)).Take(MaxVolumes).Select(VolumeOf)])
        {
            Chosen = chosen is null ? null : VolumeOf(chosen),
        };

    /// <summary>The device whose file system holds a file.</summary>
    public ProbedDevice HolderOf(string path)
    {
        var holder = _open.First(one => Holds(one.Mount, path)).Mount.Device;
        return _volumes[holder].Device!;
    }

    /// <summary>Unmounts the devices that hold none of these files.</summary>
    /// <remarks>Unmounts either all mounts of a device or none: removing one of them would lift the lock against writes.</remarks>
    public async Task ReleaseAsync(IReadOnlyList<string> needed)
    {
        string[] devices = [.. _open.Where(one => needed.Any(path => Holds(one.Mount, path))).Select(one => one.Mount.Device)];
        foreach ((var mount, var tree) in Enumerable.Reverse(_open))
        {
            tree.Dispose();
            if (!devices.Contains(mount.Device))
            {
                await mounts.RemoveAsync(mount);
            }
        }

        _open.Clear();
        _volumes.Clear();
    }

    /// <summary>Closes the trees: open directories would keep their file systems busy.</summary>
    public void Dispose()
    {
        _open.ForEach(one => one.Tree.Dispose());
        _open.Clear();
    }

    private static bool Holds(ReadOnlyMount mount, string path) => path.StartsWith(mount.Directory + '/', StringComparison.Ordinal);

    private BootVolume VolumeOf(ProbedDevice device)
        => _volumes.TryGetValue(device.Path, out var volume) ? volume : _volumes[device.Path] = new BootVolume(device, () => Open(device));

    private List<BootPlace> Open(ProbedDevice device)
    {
        var places = new List<BootPlace>();
        try
        {
            places.Add(new BootPlace(Mounted(device, null), ""));
            if (device.Type == "btrfs")
            {
                var top = Mounted(device, BtrfsLayout.TopLevel);
                places.AddRange(BtrfsLayout.BootDirectories(top.Root).Select(directory => new BootPlace(top, Path.GetFileName(directory))));
            }
        }
        catch (Exception error) when (error is IOException or NotSupportedException)
        {
            Problems.Add(new PassedOver(BootEntry.OneLine(VolumeLayers.NameOf(device)), "", BootEntry.OneLine(error.Message)));
        }

        return places;
    }

    private ConfinedTree Mounted(ProbedDevice device, string? subvolume)
    {
        var mount = mounts.Add(device, subvolume);
        var tree = new ConfinedTree(mount.Directory);
        _open.Add((mount, tree));
        return tree;
    }
}
