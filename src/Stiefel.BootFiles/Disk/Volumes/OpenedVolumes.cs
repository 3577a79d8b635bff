using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Stiefel.BootFiles.Disk.Volumes;

/// <summary>
/// The LUKS, LVM and RAID devices that one search has opened, some on top of others. Disposal closes them, newest first. The devices below are
/// locked against writes meanwhile.
/// </summary>
/// <param name="tools">Opens and closes the devices.</param>
/// <param name="prefix">The beginning of the names of opened devices; a number follows it.</param>
/// <param name="log">Receives what was closed.</param>
internal sealed class OpenedVolumes(IVolumeTools tools, string prefix, ILogger log) : IAsyncDisposable
{
    // Other programs may probe a device for a moment after it is unmounted.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly Stack<string> _opened = new();
    private readonly Stack<string> _locked = new();
    private readonly HashSet<string> _below = [];
    private int _count;

    /// <summary>Opens one device under a new name, after locking the devices below it against writes.</summary>
    /// <param name="below">The devices that it is built upon.</param>
    /// <param name="openAsync">Opens it under the given name; returns its node, or null if nothing was opened.</param>
    /// <returns>The result of <paramref name="openAsync"/>.</returns>
    public async Task<string?> AddAsync(IReadOnlyList<string> below, Func<string, Task<string?>> openAsync)
    {
        foreach (var device in below)
        {
            if (!_below.Contains(device) && !tools.IsFree(device))
            {
                throw new IOException($"{device} is in use by something else on this machine: stop that first");
            }
        }

        foreach (var device in below.Where(_below.Add))
        {
            if (tools.LockWrites(device, refuse: true))
            {
                _locked.Push(device);
            }
        }

        var name = $"{prefix}{++_count}";
        // Push the name first: if opening fails halfway, it will still be closed, and closing a device that does not exist does no harm.
        _opened.Push(name);
        if (await openAsync(name) is { } path)
        {
            return path;
        }

        _opened.Pop();
        return null;
    }

    /// <summary>Closes what a killed server left open, and unlocks the devices below.</summary>
    /// <exception cref="IOException">A device is in use.</exception>
    public static async Task CloseLeftoversAsync(IVolumeTools tools, string prefix, ILogger log)
    {
        foreach (var name in tools.FindLeftovers(prefix))
        {
            var below = tools.DevicesBelow(name);
            await tools.CloseAsync(name, CancellationToken.None);
            foreach (var device in below.Where(File.Exists))
            {
                tools.LockWrites(device, refuse: false);
            }

            DiskBootLog.StaleVolumeClosed(log, name);
        }
    }

    /// <summary>Closes all devices, unlocks those below them, and makes sure that nothing holds them.</summary>
    /// <exception cref="IOException">Something still holds a device; what is open stays open, and this may be called again.</exception>
    public async ValueTask DisposeAsync()
    {
        while (_opened.TryPeek(out var name))
        {
            await PatientlyAsync(() => tools.CloseAsync(name, CancellationToken.None));
            _opened.Pop();
            DiskBootLog.VolumeClosed(log, name);
        }

        while (_locked.TryPeek(out var device))
        {
            // If the device was one of our mappings, it no longer exists, and neither does its lock.
            if (File.Exists(device))
            {
                tools.LockWrites(device, refuse: false);
            }

            _locked.Pop();
        }

        foreach (var device in _below.Where(File.Exists))
        {
            await PatientlyAsync(() => tools.IsFree(device)
                ? Task.CompletedTask
                : throw new IOException($"what was opened on {device} is closed, but something else on this machine still uses it; it is not served until that ends"));
        }

        _below.Clear();
    }

    private static async Task PatientlyAsync(Func<Task> actAsync)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                await actAsync();
                return;
            }
            catch (IOException) when (clock.Elapsed < s_patience)
            {
                await Task.Delay(s_pause);
            }
        }
    }
}
