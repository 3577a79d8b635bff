using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>linux/kexec.h: kexec_file_load has no wrapper in glibc, so it goes by number.</summary>
internal static partial class KexecFile
{
    internal const nuint KEXEC_FILE_UNLOAD = 1;

    /// <summary>SYS_kexec_file_load of this architecture.</summary>
    internal static long Number { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 320,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 294,
        var other => throw new PlatformNotSupportedException($"the number of kexec_file_load on {other} is not known here"),
    };

    /// <summary>syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, cmdline_len, cmdline, flags), man 2 kexec_file_load; the length counts the NUL.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long kexec_file_load(
        long number, SafeFileHandle kernel_fd, SafeFileHandle initrd_fd, nuint cmdline_len, ReadOnlySpan<byte> cmdline, nuint flags);

    /// <summary>The same call without files: what <see cref="KEXEC_FILE_UNLOAD"/> takes, which looks at nothing but the flags.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long kexec_file_load(long number, nint kernel_fd, nint initrd_fd, nuint cmdline_len, nint cmdline, nuint flags);
}
