using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>Makes the name of a new, renamed or deleted file durable: flushing a file does not flush its directory entry (man 2 fsync).</summary>
public static class DirectorySync
{
    /// <summary>Waits until the directory's entries are on the medium.</summary>
    /// <exception cref="LinuxException">The entries may not be on the medium, or there is no such directory.</exception>
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
                    // This file system cannot flush directories; there is nothing better to do.
                    return;
                default:
                    throw LinuxException.FromLastError($"fsync({directory})");
            }
        }
    }
}
