using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>linux/kexec.h and man 2 kexec_file_load, for which libc has no wrapper.</summary>
internal static unsafe partial class KexecFile
{
    public const nuint KEXEC_FILE_NO_INITRAMFS = 0x4;

    /// <summary>asm/unistd_64.h for x86-64, asm-generic/unistd.h for arm64.</summary>
    public static nint SYS_kexec_file_load => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 294 : 320;

    public static nint kexec_file_load(int kernel_fd, int initrd_fd, nuint cmdline_len, byte* cmdline, nuint flags) =>
        syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, cmdline_len, cmdline, flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint kernel_fd, nint initrd_fd, nuint cmdline_len, byte* cmdline, nuint flags);
}
