using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>linux/kexec.h. glibc has no wrapper for kexec_file_load, so it is called by its number.</summary>
internal static partial class KexecFile
{
    internal const nuint KEXEC_FILE_UNLOAD = 1;

    /// <summary>SYS_kexec_file_load on this architecture.</summary>
    internal static long Number { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 320,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 294,
        var other => throw new PlatformNotSupportedException($"the system call number of kexec_file_load on {other} is unknown: kexec works on x86-64, arm64, riscv64 and loongarch64 only"),
    };

    /// <summary>syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, cmdline_len, cmdline, flags), man 2 kexec_file_load; the length includes the NUL.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long kexec_file_load(
        long number, SafeFileHandle kernel_fd, SafeFileHandle initrd_fd, nuint cmdline_len, ReadOnlySpan<byte> cmdline, nuint flags);

    /// <summary>kexec_file_load without files, for <see cref="KEXEC_FILE_UNLOAD"/>, which uses only the flags.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long kexec_file_load(long number, nint kernel_fd, nint initrd_fd, nuint cmdline_len, nint cmdline, nuint flags);
}
