using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>
/// A copy of a descriptor that child processes started before its disposal inherit: this passes a file without a name to another program.
/// The program opens <see cref="Path"/>, which leads to its own descriptor; it may not look into ours, because this process is not dumpable.
/// </summary>
public sealed class InheritedDescriptor : IDisposable
{
    // Above the standard streams.
    private const int Lowest = 3;

    private readonly SafeFileHandle _copy;

    /// <exception cref="LinuxException">No descriptor is left.</exception>
    public InheritedDescriptor(SafeHandle file)
    {
        // F_DUPFD does not set FD_CLOEXEC on the copy (man 2 fcntl).
        var number = Fcntl.fcntl((int)file.DangerousGetHandle(), Fcntl.F_DUPFD, Lowest);
        _copy = number >= 0 ? new SafeFileHandle(number, ownsHandle: true) : throw LinuxException.FromLastError("fcntl(F_DUPFD)");
        Number = number.ToString(CultureInfo.InvariantCulture);
        GC.KeepAlive(file);
    }

    /// <summary>The descriptor's number, which is the same in the program that inherits it.</summary>
    public string Number { get; }

    /// <summary>The file's path for the program that inherits it.</summary>
    public string Path => $"/proc/self/fd/{Number}";

    /// <inheritdoc/>
    public void Dispose() => _copy.Dispose();
}
