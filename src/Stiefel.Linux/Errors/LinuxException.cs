using System.Runtime.InteropServices;

namespace Stiefel.Linux.Errors;

/// <summary>A failed system call: which call, with which arguments, and the kernel's reason.</summary>
public sealed class LinuxException : IOException
{
    /// <param name="call">The call with its arguments, in the style of strace: `mount("/dev/sda1", "/mnt")`.</param>
    /// <param name="errno">The error number (man 3 errno).</param>
    public LinuxException(string call, int errno)
        : base($"{call}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
    {
        Call = call;
        Errno = errno;
    }

    /// <inheritdoc cref="LinuxException(string, int)"/>
    /// <param name="hint">What a person can do about it.</param>
    public LinuxException(string call, int errno, string hint)
        : base($"{call}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}): {hint}")
    {
        Call = call;
        Errno = errno;
    }

    /// <summary>The call with its arguments.</summary>
    public string Call { get; }

    /// <summary>The error number (man 3 errno).</summary>
    public int Errno { get; }

    /// <summary>Makes the exception for this thread's last failed P/Invoke.</summary>
    public static LinuxException FromLastError(string call) => new(call, Marshal.GetLastPInvokeError());
}
