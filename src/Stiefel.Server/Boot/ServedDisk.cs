using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Devices;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Boot;

/// <summary>The disk that is served, closed until somebody may have it.</summary>
public sealed class ServedDisk(DiskOptions disk, BootOptions boot)
{
    /// <summary>As the settings name it.</summary>
    public string Name => disk.Path ?? "";

    public bool IsReadOnly => disk.ReadOnly;

    /// <summary>True if the boot files are read from this very disk, so that reading them and serving it exclude each other.</summary>
    public bool HoldsBootFiles { get; } = boot is { Kernel: null, Directory: null } && (boot.Disk is null || boot.Disk == disk.Path);

    /// <summary>Opens it exclusively.</summary>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public IBlockDevice Open()
    {
        if (disk.Path is null)
        {
            throw new IOException("no disk is served here: Disk:Path is not set");
        }

        var path = Resolve(disk.Path);
        return WhyNotFree(path) is { } reason
            ? throw new DiskInUseException($"{path} cannot be served: {reason}")
            : new DiskDevice(BlockDevice.Open(path, disk.ReadOnly));
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
            // Whoever opens it learns why.
            return null;
        }
    }

    private static string? WhyNotFree(string path)
    {
        var reasons = DiskUse.Check(path);
        return reasons.Count == 0 ? null : string.Join("; ", reasons.Select(r => r.Message));
    }

    private static string Resolve(string name) => DiskName.ResolveAsync(name, CancellationToken.None).GetAwaiter().GetResult();
}
