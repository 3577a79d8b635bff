using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>Opens a file or device for reading and nothing else: `File.OpenHandle` takes a lock besides, which a device's user would see.</summary>
public static class ReadOnlyFile
{
    /// <exception cref="LinuxException">It cannot be opened (man 2 open).</exception>
    public static SafeFileHandle Open(string path)
    {
        var handle = Fcntl.open(path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0);
        if (handle.IsInvalid)
        {
            handle.Dispose();
            throw LinuxException.FromLastError($"open(\"{path}\", O_RDONLY)");
        }

        return handle;
    }
}
