using Microsoft.Win32.SafeHandles;
using Stiefel.BootFiles.Disk;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;
using Stiefel.Server.Configuration;
using Stiefel.Server.Keeping;

namespace Stiefel.Server.Grants;

/// <summary>The disk that is served; it stays closed until a desktop may have it.</summary>
public sealed class ServedDisk(DiskOptions disk, BootOptions boot, IDiskKeeper keeper, ILogger<ServedDisk> logger)
{
    // Checking whether the disk is free claims it for a moment, so two checks at once would each see the disk as taken.
    private readonly Lock _looking = new();

    private SafeFileHandle? _kept;

    // True if a desktop had the disk since the partition table was last read, under this server or an earlier one.
    private volatile bool _mayBeRepartitioned = true;

    /// <summary>The disk's name in the settings; empty if none is set.</summary>
    public string Name => disk.Path ?? "";

    /// <summary>True if the disk must not be written.</summary>
    public bool IsReadOnly => disk.ReadOnly;

    /// <summary>True if writes go to a snapshot that is discarded and the disk stays as it is.</summary>
    public bool IsSnapshot => disk.Snapshot is not null;

    /// <summary>True if writes must be on the medium before the disk is closed.</summary>
    public bool KeepsWrites => !IsReadOnly && !IsSnapshot;

    /// <summary>The description, for people, of an export whose writes go to a snapshot.</summary>
    public const string OfSnapshot = "a snapshot: writes are discarded";

    /// <summary>The export's description for people; null if there is nothing to say.</summary>
    public string? Description => IsSnapshot ? OfSnapshot : null;

    /// <summary>True if the boot files are read from this very disk, so that reading them and serving it exclude each other.</summary>
    public bool HoldsBootFiles { get; } = boot is { Kernel: null, Directory: null } && (boot.Disk is null || boot.Disk == disk.Path);

    /// <summary>Opens the disk itself, exclusively.</summary>
    /// <param name="lostWrite">The error by which earlier writes were lost, after which no flush may succeed; null if there was none.</param>
    /// <param name="readOnly">True to open it for reading only, even if the settings allow writing.</param>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public DiskDevice Open(LinuxException? lostWrite = null, bool readOnly = false)
    {
        lock (_looking)
        {
            readOnly |= disk.ReadOnly;
            var device = new DiskDevice(TakeUpKept(readOnly) ?? BlockDevice.Open(ResolveFree(), readOnly), lostWrite);
            _mayBeRepartitioned |= !readOnly;
            return device;
        }
    }

    /// <summary>Looks for the open disk of a killed server that a keeper has held since; the next opening takes it up.</summary>
    public void FindKept() => _kept = keeper.Find();

    /// <summary>Discards a kept disk that no grant claimed.</summary>
    public void ReleaseUnused()
    {
        if (Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            kept.Dispose();
            keeper.Release();
        }
    }

    /// <summary>Hands the open disk to the keeper as well, if the disk may be written.</summary>
    public void Keep(DiskDevice device) => _ = KeepsWrites && keeper.TryHold(device.Descriptor);

    /// <summary>Makes the keeper release the disk, before it is closed.</summary>
    public void KeepNoMore()
    {
        if (KeepsWrites)
        {
            keeper.Release();
        }
    }

    /// <summary>
    /// Opens the disk as the base of snapshots, which must not be written.
    /// </summary>
    /// <param name="alsoHoldsBootFiles">True if boot files may be mounted from it at the same time, which is safe because nothing is written.</param>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public IBlockDevice OpenBase(bool alsoHoldsBootFiles)
    {
        lock (_looking)
        {
            return new DiskDevice(BlockDevice.OpenUnchanging(ResolveFree(), claims: !alsoHoldsBootFiles));
        }
    }

    /// <summary>Makes the store for one snapshot's changes: in the directory of the settings, or else in memory.</summary>
    /// <exception cref="IOException">The place that the settings name cannot be used.</exception>
    public SnapshotOverlay MakeOverlay(long size)
    {
        var snapshot = disk.Snapshot ?? SnapshotOptions.Usual;
        try
        {
            var overlay = snapshot.Directory is { } directory
                ? SnapshotOverlay.InDirectory(directory, size, snapshot.Limit)
                : SnapshotOverlay.InMemory(size, snapshot.Limit);
            logger.SnapshotMade(Name, snapshot.Directory ?? "memory", snapshot.Limit >> 20);
            return overlay;
        }
        catch (IOException e)
        {
            throw new IOException($"Disk:Snapshot = '{snapshot.Directory ?? "memory"}' cannot hold changes: {e.Message}", e);
        }
    }

    /// <summary>Makes the kernel read the partition table again if a desktop may have changed it; writes to the whole disk do not do that by themselves.</summary>
    public void RereadPartitions()
    {
        if (!_mayBeRepartitioned)
        {
            return;
        }

        _mayBeRepartitioned = false;
        try
        {
            _ = disk.Path is { } name && BlockDevice.TryRereadPartitions(Resolve(name));
        }
        catch (IOException)
        {
            // Opening the disk will report that it does not exist.
        }
    }

    private BlockDevice? TakeUpKept(bool readOnly)
    {
        if (Interlocked.Exchange(ref _kept, null) is not { } kept)
        {
            return null;
        }

        if (disk.Path is { } name && BlockDevice.TryTakeUp(kept, Resolve(name), readOnly) is { } device)
        {
            return device;
        }

        keeper.Release();
        return null;
    }

    private string ResolveFree()
    {
        if (disk.Path is null)
        {
            throw new IOException("no disk is served here: Disk:Path is not set");
        }

        var path = Resolve(disk.Path);
        return WhyNotFree(path) is { } reason ? throw new DiskInUseException($"{path} cannot be served: {reason}") : path;
    }

    /// <summary>Says in one line what on this machine uses the disk; null if nothing does or it cannot be checked.</summary>
    public string? WhyNotFree()
    {
        try
        {
            return disk.Path is { } name ? WhyNotFree(Resolve(name)) : null;
        }
        catch (IOException)
        {
            // Opening the disk will report the reason.
            return null;
        }
    }

    private string? WhyNotFree(string path)
    {
        lock (_looking)
        {
            var reasons = DiskUse.Check(path, asBase: IsSnapshot);
            return reasons.Count == 0 ? null : string.Join("; ", reasons.Select(r => r.Message));
        }
    }

    private static string Resolve(string name)
    {
        string path;
        try
        {
            path = DiskName.ResolveAsync(name, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (IOException e)
        {
            throw new IOException($"Disk:Path = '{name}': {e.Message}", e);
        }

        return File.Exists(path) ? path : throw new IOException($"Disk:Path = '{name}': " + (Directory.Exists(path)
            ? "is a directory; give an image file, or a device such as /dev/nvme0n1"
            : "there is no such file or device that this server can see; /proc/partitions lists the disks"));
    }
}
