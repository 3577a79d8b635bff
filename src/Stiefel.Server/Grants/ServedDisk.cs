using Microsoft.Win32.SafeHandles;
using Stiefel.BootFiles.Disk;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;
using Stiefel.Server.Configuration;
using Stiefel.Server.Keeping;

namespace Stiefel.Server.Grants;

/// <summary>The disk that is served, closed until somebody may have it.</summary>
public sealed class ServedDisk(DiskOptions disk, BootOptions boot, IDiskKeeper keeper, ILogger<ServedDisk> logger)
{
    // To look whether the disk is free is to claim it for a moment: one look must not take another for somebody else.
    private readonly Lock _looking = new();

    private SafeFileHandle? _kept;

    // A desktop has had the disk since the partition table was last read, here or under a server before.
    private volatile bool _mayBeRepartitioned = true;

    /// <summary>As the settings name it.</summary>
    public string Name => disk.Path ?? "";

    /// <summary>Nobody may write it.</summary>
    public bool IsReadOnly => disk.ReadOnly;

    /// <summary>What is written vanishes, and the disk stays as it is.</summary>
    public bool IsSnapshot => disk.Snapshot is not null;

    /// <summary>What was written must be on the medium before the disk is closed.</summary>
    public bool KeepsWrites => !IsReadOnly && !IsSnapshot;

    /// <summary>For people who look at the export; null if there is nothing to say.</summary>
    public string? Description => IsSnapshot ? "a snapshot: what is written vanishes" : null;

    /// <summary>True if the boot files are read from this very disk, so that reading them and serving it exclude each other.</summary>
    public bool HoldsBootFiles { get; } = boot is { Kernel: null, Directory: null } && (boot.Disk is null || boot.Disk == disk.Path);

    /// <summary>Opens it exclusively, to be written or read as it is.</summary>
    /// <param name="lostWrite">Why no flush may succeed: something was lost that was written when it was open before. Null if all is well.</param>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public DiskDevice Open(LinuxException? lostWrite = null)
    {
        lock (_looking)
        {
            var device = new DiskDevice(TakeUpKept() ?? BlockDevice.Open(ResolveFree(), disk.ReadOnly), lostWrite);
            _mayBeRepartitioned = true;
            return device;
        }
    }

    /// <summary>The next opening takes up what a server that was killed had open, if something held it since.</summary>
    public void FindKept() => _kept = keeper.Find();

    /// <summary>What was found and nobody took up is nobody's from now on.</summary>
    public void ReleaseUnused()
    {
        if (Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            kept.Dispose();
            keeper.Release();
        }
    }

    /// <summary>Has something hold the open disk besides this server, if it is to be written.</summary>
    public void Keep(DiskDevice device) => _ = KeepsWrites && keeper.TryHold(device.Descriptor);

    /// <summary>Before it is closed: nothing but this server holds it any more.</summary>
    public void KeepNoMore()
    {
        if (KeepsWrites)
        {
            keeper.Release();
        }
    }

    /// <summary>
    /// Opens it as the base of snapshots: nobody may write it.
    /// </summary>
    /// <param name="alsoHoldsBootFiles">These can be mounted from it meanwhile: nobody changes what the two page caches hold.</param>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public IBlockDevice OpenBase(bool alsoHoldsBootFiles)
    {
        lock (_looking)
        {
            return new DiskDevice(BlockDevice.OpenUnchanging(ResolveFree(), claims: !alsoHoldsBootFiles));
        }
    }

    /// <summary>A place for the changes to one snapshot.</summary>
    /// <exception cref="IOException">It cannot be had where the settings say.</exception>
    public SnapshotOverlay MakeOverlay(long size)
    {
        var snapshot = disk.Snapshot ?? throw new InvalidOperationException("this disk is not served as a snapshot");
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

    /// <summary>Has the kernel look at the partition table if a desktop may have changed it: it had the whole disk, whose writes nobody watches.</summary>
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
            // That there is no such disk is for its opening to say.
        }
    }

    private BlockDevice? TakeUpKept()
    {
        if (Interlocked.Exchange(ref _kept, null) is not { } kept)
        {
            return null;
        }

        if (disk.Path is { } name && BlockDevice.TryTakeUp(kept, Resolve(name), disk.ReadOnly) is { } device)
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

    /// <summary>What on this machine uses it, as one line; null if nothing does, or it cannot be looked at.</summary>
    public string? WhyNotFree()
    {
        try
        {
            return disk.Path is { } name ? WhyNotFree(Resolve(name)) : null;
        }
        catch (IOException)
        {
            // The next one that opens it learns why.
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
            : "there is no such file or device that this server can see; which disks there are is in /proc/partitions"));
    }
}
