using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>
/// A copy of a descriptor that programs started from now on have too, until it is disposed of: how a file without a name reaches another program.
/// That one opens <see cref="Path"/>, which is its own; ours it may not look into, since this process is not dumpable.
/// </summary>
internal sealed class InheritedDescriptor : IDisposable
{
    // Not one of the standard streams.
    private const int Lowest = 3;

    private readonly SafeFileHandle _copy;

    /// <exception cref="LinuxException">No descriptor is left.</exception>
    public InheritedDescriptor(SafeFileHandle file)
    {
        // Without FD_CLOEXEC, which is not copied (man 2 fcntl, F_DUPFD).
        var number = Fcntl.fcntl(file, Fcntl.F_DUPFD, Lowest);
        _copy = number >= 0 ? new SafeFileHandle(number, ownsHandle: true) : throw LinuxException.FromLastError("fcntl(F_DUPFD)");
        Path = $"/proc/self/fd/{number}";
    }

    /// <summary>The file, for the program that inherits it.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose() => _copy.Dispose();
}
