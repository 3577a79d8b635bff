using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>A pipe with a name in the file system (man 7 fifo).</summary>
public static class NamedPipe
{
    /// <summary>Writes at once to the pipe's present reader.</summary>
    /// <param name="path">The pipe.</param>
    /// <param name="bytes">At most 4096, which reach the reader as a whole.</param>
    /// <returns>False if there is no such pipe, it is something else, or nobody reads from it.</returns>
    public static bool TryWrite(string path, ReadOnlySpan<byte> bytes)
    {
        // What is no pipe would take the bytes and keep them.
        if (DeviceNumber.TryStat(path) is not { Type: SysStat.S_IFIFO })
        {
            return false;
        }

        using var pipe = Fcntl.open(path, Fcntl.O_WRONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC, 0);
        try
        {
            return !pipe.IsInvalid && Descriptor.Write(pipe, bytes) == bytes.Length;
        }
        catch (LinuxException)
        {
            return false; // the reader is gone again
        }
    }
}
