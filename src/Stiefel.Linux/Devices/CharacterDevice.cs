using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Devices;

/// <summary>Opens a character device by its numbers, for when /dev does not exist or must not be kept in use.</summary>
public static class CharacterDevice
{
    /// <summary>
    /// Opens a device by a node that exists only for a moment, so that nothing but the device stays in use. The directory
    /// must be on a file system that allows device nodes, as the initramfs does. Throws <see cref="LinuxException"/>.
    /// </summary>
    /// <param name="directory">The directory for the temporary node.</param>
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
    /// Opens a terminal for writing. This never waits, and does not make the terminal the session's (O_NONBLOCK, O_NOCTTY): a serial line
    /// that nobody reads must not hold anything up. Throws <see cref="LinuxException"/>.
    /// </summary>
    public static SafeFileHandle OpenTerminal(string path)
    {
        var handle = Fcntl.open(path, Fcntl.O_WRONLY | Fcntl.O_NOCTTY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC, 0);
        return handle.IsInvalid ? throw LinuxException.FromLastError($"open(\"{path}\", O_WRONLY)") : handle;
    }

    // As glibc's gnu_dev_makedev: 12 + 20 bits of the major and 8 + 24 bits of the minor number, interleaved.
    internal static ulong DeviceNumberOf(uint major, uint minor) =>
        ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8) | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff);
}
