using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>A pipe with a name in the file system (man 7 fifo).</summary>
public static class NamedPipe
{
    /// <summary>Writes to the pipe's present reader, without waiting.</summary>
    /// <param name="path">The pipe.</param>
    /// <param name="bytes">At most 4096 bytes, which reach the reader in one piece.</param>
    /// <returns>False if the pipe does not exist, is another kind of file, or has no reader.</returns>
    public static bool TryWrite(string path, ReadOnlySpan<byte> bytes)
    {
        // Anything but a pipe would store the bytes.
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
