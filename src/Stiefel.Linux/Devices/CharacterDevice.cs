using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Devices;

/// <summary>A character device by its numbers, for when /dev is not there or must not be held.</summary>
public static class CharacterDevice
{
    /// <summary>
    /// Opens it by way of a node that exists only for that moment, so that nothing but the device itself stays in use. The directory
    /// must be on a file system that allows device nodes; the initramfs does. Throws <see cref="LinuxException"/>.
    /// </summary>
    /// <param name="directory">Where the node is made for the moment.</param>
    /// <param name="major">1 for memory devices.</param>
    /// <param name="minor">3 for null, 11 for kmsg.</param>
    public static SafeFileHandle Open(string directory, uint major, uint minor)
    {
        var node = Path.Combine(directory, $".{major}-{minor}");
        File.Delete(node);
        if (SysStat.mknod(node, SysStat.S_IFCHR | 0x180, DeviceNumberOf(major, minor)) != 0)
        {
            throw LinuxException.FromLastError($"mknod(\"{node}\", S_IFCHR, {major}:{minor})");
        }

        try
        {
            var handle = Fcntl.open(node, Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC, 0);
            return handle.IsInvalid ? throw LinuxException.FromLastError($"open(\"{node}\")") : handle;
        }
        finally
        {
            File.Delete(node);
        }
    }

    /// <summary>
    /// Opens a terminal for writing without ever waiting for it and without becoming its session (O_NONBLOCK, O_NOCTTY): a serial line
    /// that nobody reads must hold up nothing. Throws <see cref="LinuxException"/>.
    /// </summary>
    public static SafeFileHandle OpenTerminal(string path)
    {
        var handle = Fcntl.open(path, Fcntl.O_WRONLY | Fcntl.O_NOCTTY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC, 0);
        return handle.IsInvalid ? throw LinuxException.FromLastError($"open(\"{path}\", O_WRONLY)") : handle;
    }

    // gnu_dev_makedev: 12 + 20 bits of the major, 8 + 24 bits of the minor, interleaved.
    internal static ulong DeviceNumberOf(uint major, uint minor) =>
        ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8) | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff);
}
