using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// A disk that is ours alone (O_EXCL on block devices, man 2 open): as long as it is held, no file system, mapping, array or swap uses it or a
/// partition of it, and none can begin to.
/// </summary>
public sealed unsafe class DiskClaim : IDisposable
{
    private readonly string _device;
    private readonly SafeFileHandle _handle;

    private DiskClaim(string device, SafeFileHandle handle) => (_device, _handle) = (device, handle);

    /// <summary>Takes it; null if somebody has it.</summary>
    /// <exception cref="LinuxException">No such device.</exception>
    public static DiskClaim? TryTake(string device) => Open(device, Fcntl.O_EXCL) is { } handle ? new DiskClaim(device, handle) : null;

    /// <summary>What is in the kernel's memory is on the medium when this returns, for a disk that others still use.</summary>
    /// <exception cref="LinuxException">It may not be.</exception>
    public static void Flush(string device)
    {
        using var handle = Open(device, 0);
        Flush(device, handle ?? throw new LinuxException($"open(\"{device}\")", Errno.EBUSY));
    }

    /// <summary>The same for this one; the kernel forgets what it has of it in memory.</summary>
    /// <exception cref="LinuxException">Something may not have reached the medium.</exception>
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
        // Reading suffices for the claim, and a disk that cannot be written to is claimed as well.
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
