using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>Opens a file or device for reading, without a lock: `File.OpenHandle` would take one, which another user of the device could notice.</summary>
public static class ReadOnlyFile
{
    /// <exception cref="LinuxException">The file cannot be opened (man 2 open).</exception>
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
