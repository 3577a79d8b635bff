using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.FileSystems;
using Stiefel.Server.Boot.Catalog;

namespace Stiefel.Server.Boot.Disk;

/// <summary>One look at a disk: which partition boots, and where the modules of its kernel are.</summary>
internal sealed class DiskSearch(DiskBootOptions options, string mountDirectory, ILogger log) : IAsyncDisposable
{
    private const string Luks = "crypto_LUKS";

    private readonly List<string> _passedOver = [];
    private DiskMounts? _mounts = new(mountDirectory, log);

    /// <exception cref="BootCatalogException">Nothing to boot; the message goes through every partition.</exception>
    public async Task<IBootFiles> RunAsync(CancellationToken token)
    {
        IReadOnlyList<ProbedDevice> devices = await ProbeAsync(token);
        (BootSpec spec, ProbedDevice device) = await FindSpecAsync(devices);
        DiskBootLog.BootFilesFound(log, device.Path, device.Type, spec.Title, spec.KernelRelease, spec.Source);
        _passedOver.ForEach(line => DiskBootLog.PassedOver(log, line));

        (string? modules, string? missing) = await new RootFileSystem(_mounts!, devices, device).FindModulesAsync(spec);
        if (modules is null)
        {
            DiskBootLog.DriversMissing(log, missing!);
        }
        else
        {
            DiskBootLog.DriversFound(log, modules, options.Disk);
        }

        var files = new DiskBootFiles(spec, modules, missing, _mounts!);
        _mounts = null;
        return files;
    }

    /// <summary>Takes the mounts away, unless the files found now own them.</summary>
    public ValueTask DisposeAsync() => _mounts?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<IReadOnlyList<ProbedDevice>> ProbeAsync(CancellationToken token)
    {
        if (DeviceNumber.OfBlockDevice(options.Disk) is null)
        {
            throw new BootCatalogException(File.Exists(options.Disk)
                ? $"{options.Disk} is a file, and boot files are looked for on block devices only: attach it with losetup --partscan, or give --Boot:Directory"
                : $"the disk {options.Disk} does not exist; which disks do is in /proc/partitions");
        }

        // Without partitions the disk itself may be a file system.
        IReadOnlyList<DiskPartition> partitions = DiskPartitions.List(options.Disk);
        List<string> paths = partitions.Count == 0 ? [options.Disk] : [.. partitions.Select(partition => partition.Path)];
        if (options.Partition?.StartsWith('/') == true && File.Exists(options.Partition) && DeviceName.Find(options.Partition, [.. paths.Select(path => new ProbedDevice { Path = path })]) is null)
        {
            // It may be on another disk.
            paths.Add(options.Partition);
        }

        return await FileSystemProbe.ProbeAsync(paths, token);
    }

    private async Task<(BootSpec Spec, ProbedDevice Device)> FindSpecAsync(IReadOnlyList<ProbedDevice> devices)
    {
        IEnumerable<ProbedDevice> candidates = options.Partition is not { } wanted ? devices
            : DeviceName.Find(wanted, devices) is { } chosen ? [chosen]
            : throw new BootCatalogException($"the boot partition {wanted} is not on {options.Disk}, which has {Describe(devices)}");
        foreach (ProbedDevice device in candidates.Where(device => Mount.Supports(device.Type)))
        {
            if (await TryFindAsync(device) is { } spec)
            {
                return (spec, device);
            }
        }

        string[] locked = [.. candidates.Where(device => device.Type == Luks).Select(device => device.Path)];
        string lockedHint = locked.Length == 0 ? "" : $"; {string.Join(", ", locked)} is locked (LUKS) and may hold it";
        string problems = _passedOver.Count == 0 ? "" : $"; found but not usable: {string.Join("; ", _passedOver.Take(8))}";
        throw new BootCatalogException($"nothing to boot on {options.Disk}, which has {Describe(devices)}{lockedHint}{problems}") { LockedDevices = locked };
    }

    private async Task<BootSpec?> TryFindAsync(ProbedDevice device)
    {
        string?[] views = device.Type == "btrfs" ? [null, BtrfsLayout.TopLevel] : [null];
        foreach (string? subvolume in views)
        {
            ReadOnlyMount mount;
            try
            {
                mount = _mounts!.Add(device, subvolume);
            }
            catch (IOException error)
            {
                _passedOver.Add($"{device.Path}: {error.Message}");
                return null;
            }

            foreach (string directory in subvolume is null ? [mount.Directory] : BtrfsLayout.BootDirectories(mount.Directory))
            {
                var catalogOptions = new BootCatalogOptions { FileSystemRoot = mount.Directory };
                if (BootCatalog.TryFind(directory, catalogOptions, _passedOver) is { } spec)
                {
                    return spec;
                }
            }

            await _mounts.RemoveAsync(mount);
        }

        return null;
    }

    private static string Describe(IReadOnlyList<ProbedDevice> devices)
        => devices.Count == 0 ? "no partition with a known content"
            : string.Join(", ", devices.Select(device => $"{device.Path} ({(device.Type.Length > 0 ? device.Type : "unknown content")})"));
}
