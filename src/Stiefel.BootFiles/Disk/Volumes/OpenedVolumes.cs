using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Stiefel.BootFiles.Disk.Volumes;

/// <summary>
/// What one search has opened of LUKS, LVM and RAID, one upon the other; disposed newest first. What lies below refuses writes meanwhile.
/// </summary>
/// <param name="tools">Does it.</param>
/// <param name="prefix">How the names of what is opened begin; a number follows.</param>
/// <param name="log">Told of what was closed.</param>
internal sealed class OpenedVolumes(IVolumeTools tools, string prefix, ILogger log) : IAsyncDisposable
{
    // Others may look at a device for a moment after it was unmounted.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly Stack<string> _opened = new();
    private readonly Stack<string> _locked = new();
    private readonly HashSet<string> _below = [];
    private int _count;

    /// <summary>Opens one thing under a new name, after the devices below were locked against writes.</summary>
    /// <param name="below">What it is built upon.</param>
    /// <param name="openAsync">Opens it under that name; null if nothing was opened.</param>
    /// <returns>What that returned.</returns>
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
        // Before it is there: if making it breaks off, closing what is not there does no harm.
        _opened.Push(name);
        if (await openAsync(name) is { } path)
        {
            return path;
        }

        _opened.Pop();
        return null;
    }

    /// <summary>Closes what a server left open that was killed, and lets what lies below be written again.</summary>
    /// <exception cref="IOException">Something there is in use.</exception>
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

    /// <summary>Closes all, lets the devices be written again, and makes sure that nothing holds them.</summary>
    /// <exception cref="IOException">Something still does; what is open stays so, and this may be called again.</exception>
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
            // A mapping of ours is gone by now, and its lock with it.
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
                : throw new IOException($"what was opened on {device} is closed, but something on this machine still holds it; it must not be served"));
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
