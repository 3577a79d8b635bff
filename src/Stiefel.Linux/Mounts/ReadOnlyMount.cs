using System.Diagnostics;
using Stiefel.Linux.Errors;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>A mount made by <see cref="Mount.ReadOnlyWithoutReplay"/>. Dispose of several in the reverse order of mounting.</summary>
public sealed class ReadOnlyMount : IAsyncDisposable
{
    // A reader that was just cancelled needs a moment to close its file.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly bool _unlock;
    private bool _mounted = true;

    internal ReadOnlyMount(string device, string directory, bool unlock)
    {
        Device = device;
        Directory = directory;
        _unlock = unlock;
    }

    /// <summary>The block device.</summary>
    public string Device { get; }

    /// <summary>The directory on which it is mounted.</summary>
    public string Directory { get; }

    /// <summary>Unmounts, and unlocks the device if the mount had locked it.</summary>
    /// <exception cref="LinuxException">Something still uses the mount after some seconds; it stays mounted, and disposal may be repeated.</exception>
    public async ValueTask DisposeAsync()
    {
        var clock = Stopwatch.StartNew();
        while (_mounted)
        {
            try
            {
                Mount.Unmount(Directory);
                _mounted = false;
            }
            catch (LinuxException error) when (error.Errno == Errno.EBUSY && clock.Elapsed < s_patience)
            {
                await Task.Delay(s_pause);
            }
        }

        if (_unlock)
        {
            DeviceWriteLock.Set(Device, refuse: false);
        }
    }
}
