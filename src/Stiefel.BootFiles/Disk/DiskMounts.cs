using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>The mounts of one search, each in a directory of its own; disposal removes them, the newest first.</summary>
internal sealed class DiskMounts(string directory, ILogger log) : IAsyncDisposable
{
    // Other programs may probe a device for a moment after it is unmounted.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly List<ReadOnlyMount> _mounts = [];
    private readonly HashSet<string> _devices = [];
    private int _count;

    /// <summary>The directories in which something is mounted now.</summary>
    public IReadOnlyList<string> Directories => [.. _mounts.Select(mount => mount.Directory)];

    /// <summary>Mounts a device below the search's directory.</summary>
    /// <exception cref="Linux.LinuxException">The kernel refused the mount.</exception>
    /// <exception cref="NotSupportedException">A file system of this type cannot be mounted without writing.</exception>
    public ReadOnlyMount Add(ProbedDevice device, string? subvolume = null)
    {
        var path = Path.Combine(directory, $"{++_count}-{Path.GetFileName(device.Path)}");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var mount = Mount.ReadOnlyWithoutReplay(device.Path, path, device.Type, subvolume);
        _mounts.Add(mount);
        _devices.Add(device.Path);
        return mount;
    }

    /// <summary>Removes one mount ahead of the others.</summary>
    public async ValueTask RemoveAsync(ReadOnlyMount mount)
    {
        await mount.DisposeAsync();
        _mounts.Remove(mount);
    }

    /// <summary>Removes all mounts and makes sure that nothing holds their devices.</summary>
    /// <exception cref="IOException">Something still holds one; what is mounted stays mounted, and this may be called again.</exception>
    public async ValueTask DisposeAsync()
    {
        while (_mounts.Count > 0)
        {
            await RemoveAsync(_mounts[^1]);
        }

        // Another search of this process may still hold the same device, and checks it when it ends.
        _devices.ExceptWith(MountTable.Under(Path.GetDirectoryName(directory)!).Select(mount => mount.Source));
        foreach (var device in _devices.ToArray())
        {
            await WaitUntilFreeAsync(device);
            _devices.Remove(device);
            DiskBootLog.Released(log, device);
        }

        if (Directory.Exists(directory))
        {
            // Only empty directories may be left. Anything else is still mounted, and deleting then fails, as it should.
            Array.ForEach(Directory.GetDirectories(directory), Directory.Delete);
            Directory.Delete(directory);
        }
    }

    private static async Task WaitUntilFreeAsync(string device)
    {
        var clock = Stopwatch.StartNew();
        while (!Mount.IsDeviceFree(device))
        {
            if (clock.Elapsed > s_patience)
            {
                throw new IOException($"{device} is unmounted but something else on this machine still uses it; it is not served until that ends");
            }

            await Task.Delay(20);
        }
    }
}
