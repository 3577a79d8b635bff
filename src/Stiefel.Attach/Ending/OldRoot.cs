using System.Diagnostics;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Processes;

namespace Stiefel.Attach.Ending;

/// <summary>Takes the ended system's root apart, until nothing can write to its disk any more.</summary>
/// <param name="say">Writes a line for the person.</param>
internal sealed class OldRoot(Action<string> say)
{
    /// <summary>The directory where systemd leaves the old root.</summary>
    internal const string Directory = "/oldroot";

    private const string DiskName = "nbd0";
    private const string Disk = $"/dev/{DiskName}";
    private const string EmergencyKey = "/proc/sysrq-trigger";

    // The first tries often fail although no process is left. Anything that is still in use after this time stays in use.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_emergency = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly MountedTree _mounts = new(Directory);
    private readonly StackedDevices _stack = new(new BlockSysfs());

    /// <summary>
    /// Unmounts and closes everything on the disk, and flushes it. The returned claim proves that nothing uses the disk, and prevents new use until
    /// the machine is off.
    /// </summary>
    /// <exception cref="IOException">The disk is still in use. It has been flushed and made read-only.</exception>
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

    // These are programs that systemd spared because their name begins with @, mostly splash screens that are shown during the shutdown.
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

    /// <summary>Closes LUKS, LVM and RAID above the disk; null if none is left, else the reason.</summary>
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

    /// <summary>Flushes the disk and makes it read-only as far as possible, then throws with the reason.</summary>
    private void Fail(string reason)
    {
        MachinePower.Sync();
        try
        {
            _mounts.MakeReadOnly();
        }
        catch (LinuxException)
        {
            // A file is open for writing; the next step works regardless.
        }

        // The kernel's last resort remounts everything read-only, also in mount namespaces that we do not see (Documentation/admin-guide/sysrq.rst, `u`).
        // The kernel does it later, so wait.
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
