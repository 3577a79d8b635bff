using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>Goes through file systems for the first boot entry; looks at each once.</summary>
internal sealed class BootEntrySearch
{
    private const int MaxProblems = 8;

    private readonly HashSet<string> _seen = [];

    /// <summary>What was found but could not be used.</summary>
    public List<string> PassedOver { get; } = [];

    /// <summary>The same for the end of a message.</summary>
    public string Problems => PassedOver.Count == 0 ? "" : $"; found but not usable: {string.Join("; ", PassedOver.Take(MaxProblems))}";

    /// <summary>The first entry on devices that were not looked at before; what holds it stays mounted.</summary>
    public async Task<(BootSpec Spec, ProbedDevice Device)?> FindAsync(DiskMounts mounts, IEnumerable<ProbedDevice> devices)
    {
        foreach (var device in devices.Where(device => Mount.Supports(device.Type) && _seen.Add(device.Path)).ToArray())
        {
            if (await TryFindAsync(mounts, device) is { } spec)
            {
                return (spec, device);
            }
        }

        return null;
    }

    /// <summary>The devices in words.</summary>
    public static string Describe(IReadOnlyList<ProbedDevice> devices)
        => devices.Count == 0 ? "no partition with a known content"
            : string.Join(", ", devices.Select(device => $"{VolumeLayers.NameOf(device)} ({(device.Type.Length > 0 ? device.Type : "unknown content")})"));

    private async Task<BootSpec?> TryFindAsync(DiskMounts mounts, ProbedDevice device)
    {
        string?[] views = device.Type == "btrfs" ? [null, BtrfsLayout.TopLevel] : [null];
        foreach (var subvolume in views)
        {
            ReadOnlyMount mount;
            try
            {
                mount = mounts.Add(device, subvolume);
            }
            catch (IOException error)
            {
                PassedOver.Add($"{VolumeLayers.NameOf(device)}: {error.Message}");
                return null;
            }

            foreach (var directory in subvolume is null ? [mount.Directory] : BtrfsLayout.BootDirectories(mount.Directory))
            {
                var catalogOptions = new BootCatalogOptions { FileSystemRoot = mount.Directory };
                if (BootCatalog.TryFind(directory, catalogOptions, PassedOver) is { } spec)
                {
                    return spec;
                }
            }

            await mounts.RemoveAsync(mount);
        }

        return null;
    }
}
