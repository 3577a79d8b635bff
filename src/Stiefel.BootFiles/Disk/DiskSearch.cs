using Microsoft.Extensions.Logging;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.BootFiles.Disk.Windows;
using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>
/// One search of a disk for the partition that boots, and for the modules of its kernel. It looks first at what can be mounted directly. If that
/// holds no boot entry, or refers to a file system not found, it opens RAID and LVM; only then does it open what needs a passphrase.
/// </summary>
internal sealed class DiskSearch(DiskBootOptions options, IVolumeTools tools, string mountDirectory, string volumePrefix, ILogger log) : IAsyncDisposable
{
    private const int MaxProblems = 8;

    private BootFindings _findings = new();
    private DiskMounts? _mounts = new(mountDirectory, log);
    private DiskVolumes? _fileSystems;
    private bool _isMissingVolume;
    private readonly OpenedVolumes _volumes = new(tools, volumePrefix, log);

    /// <param name="passphrase">Owned by the caller; null if none was given.</param>
    /// <param name="token">Cancels the search.</param>
    /// <exception cref="BootCatalogException">Nothing to boot; the message covers every partition.</exception>
    /// <exception cref="BootLockedException">There may be something to boot behind a passphrase.</exception>
    public async Task<IBootFiles> RunAsync(ReadOnlyMemory<byte>? passphrase, CancellationToken token)
    {
        var layers = new VolumeLayers(tools, _volumes, FileSystemProbe.ProbeAsync, await ProbeAsync(token));
        var found = options.LuksPartition is null ? Find(layers) : null;
        if (found is null || (_isMissingVolume && layers.HasUnopened))
        {
            await layers.OpenUnencryptedAsync(token);
            found = options.LuksPartition is null ? Find(layers) : null;
        }

        if (found is null && Locked(layers) is [var first, ..] locked)
        {
            await UnlockAsync(layers, first, locked, passphrase, token);
            found = Find(layers);
        }

        var menu = found ?? throw NothingFound(layers);
        var spec = menu.Default;
        var device = FileSystems.HolderOf(spec.Kernel.Path);
        DiskBootLog.BootFilesFound(log, VolumeLayers.NameOf(device), device.Type, spec.Title, spec.KernelRelease, spec.Source);
        menu = menu with { Report = menu.Report with { PassedOver = [.. FileSystems.Problems, .. menu.Report.PassedOver] } };
        menu.Report.Log(log);
        await FileSystems.ReleaseAsync([.. menu.Entries.SelectMany(entry => entry.Initrds.Append(entry.Kernel)).Select(region => region.Path)]);
        return await CompleteAsync(layers, menu, device, token);
    }

    /// <summary>Removes the mounts and closes what was opened, unless the found files own them now.</summary>
    public async ValueTask DisposeAsync()
    {
        _fileSystems?.Dispose();
        if (_mounts is not null)
        {
            await _mounts.DisposeAsync();
            await _volumes.DisposeAsync();
        }
    }

    private async Task<IBootFiles> CompleteAsync(VolumeLayers layers, BootMenu menu, ProbedDevice device, CancellationToken token)
    {
        var spec = menu.Default;
        var modules = await new RootFileSystem(_mounts!, layers.Devices, device).FindModulesAsync(spec);
        if (modules.Directory is null && layers.HasUnopened)
        {
            // The boot partition is separate, and the root file system lies in LVM or RAID.
            await layers.OpenUnencryptedAsync(token);
            modules = await new RootFileSystem(_mounts!, layers.Devices, device).FindModulesAsync(spec);
        }

        HibernatedSystem.RefuseAny(layers.Devices, spec, _mounts!.Directories);
        menu = menu with { Report = menu.Report with { Notes = [.. menu.Report.Notes, .. await WarnAsync(layers)] } };
        if (modules.Directory is null)
        {
            DiskBootLog.DriversMissing(log, modules.Missing!);
        }
        else
        {
            DiskBootLog.DriversFound(log, modules.Directory, options.Disk);
        }

        string[] unlocked = [.. layers.Unlocked.Select(one => one.Path)];
        var files = new DiskBootFiles(menu, modules, _mounts!, _volumes)
        {
            Locked = layers.Unlocked is [var first, ..] ? Describe(first) : null,
            Opened = unlocked.Length > 0 ? (unlocked, tools) : null,
        };
        _mounts = null;
        return files;
    }

    /// <summary>Warnings for a person who uses this disk on another machine.</summary>
    private async Task<IReadOnlyCollection<string>> WarnAsync(VolumeLayers layers)
    {
        await layers.LookForMissingAsync();
        string[] warnings = [.. layers.Warnings, .. HibernatedWindows.Find(layers.Devices)];
        foreach (var warning in warnings)
        {
            DiskBootLog.Warning(log, warning);
        }

        return warnings;
    }

    private async Task UnlockAsync(VolumeLayers layers, ProbedDevice first, IReadOnlyList<ProbedDevice> locked, ReadOnlyMemory<byte>? passphrase, CancellationToken token)
    {
        if (passphrase is not { } given)
        {
            throw new BootLockedException(Describe(first), wasTried: false);
        }

        bool IsWanted(ProbedDevice device) => options.LuksPartition is null || locked.Contains(device);
        if (!await layers.UnlockAsync(IsWanted, given, token))
        {
            throw new BootLockedException(Describe(first), wasTried: true);
        }

        DiskBootLog.Unlocked(log, string.Join(", ", layers.Unlocked.Select(VolumeLayers.NameOf)));
    }

    /// <summary>The devices that a passphrase may open.</summary>
    private IReadOnlyList<ProbedDevice> Locked(VolumeLayers layers)
        => options.LuksPartition is not { } wanted ? layers.Locked
            : DeviceName.Find(wanted, layers.Locked) is { } chosen ? [chosen]
            : throw new BootCatalogException($"the encrypted partition {wanted} is not on {options.Disk}, which has {Words(layers.Devices)}");

    private static LockedVolume Describe(ProbedDevice device) => new(VolumeLayers.NameOf(device), device.Label, device.Uuid);

    private async Task<IReadOnlyList<ProbedDevice>> ProbeAsync(CancellationToken token)
    {
        if (DeviceNumber.OfBlockDevice(options.Disk) is null)
        {
            throw new BootCatalogException(File.Exists(options.Disk)
                ? $"{options.Disk} is a file, and boot files are looked for on block devices only: attach it with losetup --partscan, or give --Boot:Directory"
                : Directory.Exists(options.Disk) ? $"{options.Disk} is a directory, not a disk: give a device, or --Boot:Directory for a directory of boot files"
                : $"the disk {options.Disk} does not exist; /proc/partitions lists the disks");
        }

        // A disk without partitions may itself be a file system.
        var partitions = DiskPartitions.List(options.Disk);
        List<string> paths = partitions.Count == 0 ? [options.Disk] : [.. partitions.Select(partition => partition.Path)];
        foreach (var named in new[] { options.Partition, options.LuksPartition })
        {
            if (named?.StartsWith('/') == true && DeviceNumber.OfBlockDevice(named) is not null && DeviceName.Find(named, [.. paths.Select(path => new ProbedDevice { Path = path })]) is null)
            {
                // The named partition may be on another disk.
                paths.Add(named);
            }
        }

        return await FileSystemProbe.ProbeAsync(paths, token);
    }

    private DiskVolumes FileSystems => _fileSystems ??= new DiskVolumes(_mounts!);

    private BootMenu? Find(VolumeLayers layers)
    {
        var chosen = options.Partition is { } wanted ? DeviceName.Find(wanted, layers.Devices) : null;
        if (options.Partition is not null && (chosen is null || !Mount.Supports(chosen.Type)))
        {
            return null;
        }

        // Start with fresh findings: entries that were not usable before may be usable now that more volumes are open.
        _findings = new BootFindings();
        var disk = FileSystems.Of(layers.Devices, chosen) with
        {
            Named = options.Named,
            Booted = options.Booted,
            Variables = FirmwareVariables.Read(options.FirmwareDirectory, layers.Devices),
        };
        var menu = BootCatalog.TryFind(disk, _findings);
        _isMissingVolume = disk.IsMissingVolume;
        return menu;
    }

    /// <summary>Describes the devices for a message.</summary>
    private static string Words(IReadOnlyList<ProbedDevice> devices)
        => devices.Count == 0 ? "no partition with a known content"
            : string.Join(", ", devices.Select(device => $"{VolumeLayers.NameOf(device)} ({(device.Type.Length > 0 ? device.Type : "unknown content")})"));

    private BootCatalogException NothingFound(VolumeLayers layers)
    {
        var has = Words(layers.Devices);
        var problems = layers.Problems.Count == 0 ? "" : $"; not opened: {string.Join("; ", layers.Problems.Take(8))}";
        PassedOver[] passedOver = [.. FileSystems.Problems, .. _findings.PassedOver];
        var found = passedOver.Length == 0 ? "" : $"; found but not usable: {string.Join<PassedOver>("; ", passedOver.Take(MaxProblems))}";
        return options.Partition is { } wanted && DeviceName.Find(wanted, layers.Devices) is null
            ? new BootCatalogException($"the boot partition {wanted} is not on {options.Disk}, which has {has}{problems}")
            : new BootCatalogException($"nothing to boot on {options.Disk}, which has {has}{found}{problems}; {BootCatalog.Remedy}");
    }
}
