using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>To make a renamed or deleted file's name durable: that a file is on the medium does not say that its name is (man 2 fsync).</summary>
public static class DirectorySync
{
    /// <summary>Waits until the directory's names are on the medium.</summary>
    /// <exception cref="LinuxException">They may not be, or there is no such directory.</exception>
    public static void Flush(string directory)
    {
        using var handle = ReadOnlyFile.Open(directory);
        while (Unistd.fsync(handle) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EINTR:
                    continue;
                case Errno.EINVAL:
                    // A file system that cannot do it to a directory has nothing better to offer.
                    return;
                default:
                    throw LinuxException.FromLastError($"fsync({directory})");
            }
        }
    }
}
