using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Tmds.Linux;

namespace Stiefel.Linux.BlockDevices;

// Files without a name: no other process can open them, and they vanish with their last descriptor, however the process ends.
public sealed partial class BlockDevice
{
    private const int ReadWriteByOwner = 0x180; // 0600

    /// <summary>Makes a sparse file in memory (man 2 memfd_create) of the given size in bytes. It uses memory only where it is written.</summary>
    /// <exception cref="LinuxException">There is no memory or no descriptor left.</exception>
    public static unsafe BlockDevice CreateInMemory(string name, long size)
    {
        fixed (byte* bytes = System.Text.Encoding.UTF8.GetBytes(name + '\0'))
        {
            var descriptor = LibC.memfd_create(bytes, (uint)LibC.MFD_CLOEXEC);
            return descriptor >= 0
                ? OfSize(new SafeFileHandle(descriptor, ownsHandle: true), name, size)
                : throw LinuxException.FromLastError($"memfd_create(\"{name}\")");
        }
    }

    /// <summary>Makes a sparse file of the given size in bytes on the file system of a directory, without a name there (O_TMPFILE, man 2 open).</summary>
    /// <exception cref="LinuxException">The directory does not exist or cannot be written to, or the file would be too large for its file system.</exception>
    public static BlockDevice CreateUnnamed(string directory, long size)
    {
        var handle = Fcntl.open(directory, Fcntl.O_TMPFILE | Fcntl.O_RDWR | Fcntl.O_CLOEXEC, ReadWriteByOwner);
        if (!handle.IsInvalid)
        {
            return OfSize(handle, $"unnamed file in {directory}", size);
        }

        var error = LinuxException.FromLastError($"open(\"{directory}\", O_TMPFILE)");
        handle.Dispose();

        // These are the errors of file systems and kernels without O_TMPFILE (man 2 open).
        return error.Errno is Errno.EOPNOTSUPP or Errno.EISDIR or Errno.EINVAL ? CreateAndUnlink(directory, size) : throw error;
    }

    private static BlockDevice CreateAndUnlink(string directory, long size)
    {
        var path = System.IO.Path.Combine(directory, $".stiefel-{Guid.NewGuid():N}");
        var handle = Fcntl.open(path, Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_CLOEXEC, ReadWriteByOwner);
        if (handle.IsInvalid)
        {
            var error = LinuxException.FromLastError($"open(\"{path}\", O_CREAT|O_EXCL)");
            handle.Dispose();
            throw error;
        }

        File.Delete(path);
        return OfSize(handle, $"unnamed file in {directory}", size);
    }

    private static BlockDevice OfSize(SafeFileHandle handle, string name, long size)
    {
        int failed;
        while ((failed = Unistd.ftruncate(handle, size)) != 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }

        if (failed == 0)
        {
            return new BlockDevice(handle, name, isBlockSpecial: false, isReadOnly: false) { Size = size };
        }

        var error = LinuxException.FromLastError($"ftruncate({name}, {size})");
        handle.Dispose();
        throw error;
    }
}
