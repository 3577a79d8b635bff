using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>
/// A copy of a descriptor that programs started from now on have too, until it is disposed of: how a file without a name reaches another program.
/// That one opens <see cref="Path"/>, which is its own; ours it may not look into, since this process is not dumpable.
/// </summary>
public sealed class InheritedDescriptor : IDisposable
{
    // Not one of the standard streams.
    private const int Lowest = 3;

    private readonly SafeFileHandle _copy;

    /// <exception cref="LinuxException">No descriptor is left.</exception>
    public InheritedDescriptor(SafeHandle file)
    {
        // Without FD_CLOEXEC, which is not copied (man 2 fcntl, F_DUPFD).
        var number = Fcntl.fcntl((int)file.DangerousGetHandle(), Fcntl.F_DUPFD, Lowest);
        _copy = number >= 0 ? new SafeFileHandle(number, ownsHandle: true) : throw LinuxException.FromLastError("fcntl(F_DUPFD)");
        Number = number.ToString(CultureInfo.InvariantCulture);
        GC.KeepAlive(file);
    }

    /// <summary>By which the program that inherits it knows it.</summary>
    public string Number { get; }

    /// <summary>The file, for the program that inherits it.</summary>
    public string Path => $"/proc/self/fd/{Number}";

    /// <inheritdoc/>
    public void Dispose() => _copy.Dispose();
}
