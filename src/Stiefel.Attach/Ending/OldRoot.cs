using System.Diagnostics;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Processes;

namespace Stiefel.Attach.Ending;

/// <summary>The system that has ended, and the disk it ran on: taken apart until nobody can write to that any more.</summary>
/// <param name="say">Hears a line for the person.</param>
internal sealed class OldRoot(Action<string> say)
{
    /// <summary>Where systemd leaves it.</summary>
    internal const string Directory = "/oldroot";

    private const string DiskName = "nbd0";
    private const string Disk = $"/dev/{DiskName}";
    private const string EmergencyKey = "/proc/sysrq-trigger";

    // The first tries are often in vain though no process is left; what holds out longer is not going to end.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_emergency = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly MountedTree _mounts = new(Directory);
    private readonly StackedDevices _stack = new(new BlockSysfs());

    /// <summary>
    /// Takes everything apart and flushes it. The claim is the proof that nobody uses the disk, and keeps it so until the machine is off.
    /// </summary>
    /// <exception cref="IOException">Somebody uses it; what there is has been flushed, and is written to no more.</exception>
    internal DiskClaim Close()
    {
        KillUsers();
        if (!Within(s_patience, Unmount))
        {
            Fail($"{string.Join(", ", _mounts.Left().Select(mount => mount.Directory))} is in use");
        }

        string? obstacle = null;
        if (!Within(s_patience, () => (obstacle = CloseStack()) is null))
        {
            Fail(obstacle!);
        }

        DiskClaim? claim = null;
        if (!Within(s_patience, () => (claim = DiskClaim.TryTake(Disk)) is not null))
        {
            Fail($"something still uses {Disk}");
        }

        claim!.Flush();
        return claim;
    }

    // Those that systemd spared, by the @ in their name: what shows pictures while it shuts down, mostly.
    private void KillUsers()
    {
        foreach (var user in FileUsers.Of(_mounts.OnDisk()))
        {
            if (FileUsers.Kill(user))
            {
                say($"{user.Name} (process {user.Id}) still used the disk, and was ended");
            }
        }
    }

    private bool Unmount()
    {
        _stack.DetachLoops();
        return _mounts.TryUnmount();
    }

    /// <summary>Null if nothing stands on the disk any more.</summary>
    private string? CloseStack()
    {
        foreach (var name in _stack.Above(DiskName))
        {
            try
            {
                _stack.Close(name);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                return $"{_stack.Describe(name)} on {Disk} does not close: {exception.Message}";
            }
        }

        return null;
    }

    /// <summary>Leaves the disk as whole as it can be left, and says why it is not more.</summary>
    private void Fail(string reason)
    {
        MachinePower.Sync();
        try
        {
            _mounts.MakeReadOnly();
        }
        catch (LinuxException)
        {
            // A file is open for writing. The next asks nobody.
        }

        // The kernel's own last resort, also for what is mounted where we do not see it (Documentation/admin-guide/sysrq.rst, `u`). It is done on the
        // kernel's own time.
        File.WriteAllText(EmergencyKey, "u");
        Thread.Sleep(s_emergency);
        DiskClaim.Flush(Disk);
        throw new IOException(reason);
    }

    private static bool Within(TimeSpan patience, Func<bool> isDone)
    {
        for (var start = Stopwatch.GetTimestamp(); !isDone(); Thread.Sleep(s_pause))
        {
            if (Stopwatch.GetElapsedTime(start) > patience)
            {
                return false;
            }
        }

        return true;
    }
}
