using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// An exclusive claim on a disk (O_EXCL on block devices, man 2 open): while it is held, no file system, mapping, array or swap uses the disk or a
/// partition of it, and none can begin to.
/// </summary>
public sealed unsafe class DiskClaim : IDisposable
{
    private readonly string _device;
    private readonly SafeFileHandle _handle;

    private DiskClaim(string device, SafeFileHandle handle) => (_device, _handle) = (device, handle);

    /// <summary>Claims the disk; null if something else uses it.</summary>
    /// <exception cref="LinuxException">The device cannot be opened.</exception>
    public static DiskClaim? TryTake(string device) => Open(device, Fcntl.O_EXCL) is { } handle ? new DiskClaim(device, handle) : null;

    /// <summary>Writes the kernel's cached data of a disk to the medium, without claiming it.</summary>
    /// <exception cref="LinuxException">Some data may not have reached the medium.</exception>
    public static void Flush(string device)
    {
        using var handle = Open(device, 0);
        Flush(device, handle ?? throw new LinuxException($"open(\"{device}\")", Errno.EBUSY));
    }

    /// <summary>Writes the kernel's cached data of the claimed disk to the medium, and drops the cache.</summary>
    /// <exception cref="LinuxException">Some data may not have reached the medium.</exception>
    public void Flush()
    {
        Flush(_device, _handle);
        if (LinuxFs.ioctl(_handle, LinuxFs.BLKFLSBUF, null) != 0)
        {
            throw LinuxException.FromLastError($"ioctl(\"{_device}\", BLKFLSBUF)");
        }
    }

    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle? Open(string device, int flags)
    {
        // A claim needs only read access, so that a read-only disk can be claimed, too.
        var handle = Fcntl.open(device, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC | flags, 0);
        return !handle.IsInvalid ? handle
            : Marshal.GetLastPInvokeError() == Errno.EBUSY ? null
            : throw LinuxException.FromLastError($"open(\"{device}\")");
    }

    private static void Flush(string device, SafeFileHandle handle)
    {
        while (Unistd.fsync(handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw LinuxException.FromLastError($"fsync(\"{device}\")");
            }
        }
    }
}
