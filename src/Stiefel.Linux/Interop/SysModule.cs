using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>linux/module.h. glibc has no wrapper for finit_module, so it is called by its number.</summary>
internal static partial class SysModule
{
    /// <summary>SYS_finit_module on this architecture.</summary>
    internal static long Number { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 313,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 273,
        var other => throw new PlatformNotSupportedException($"the system call number of finit_module on {other} is unknown: modules can be loaded on x86-64, arm64, riscv64 and loongarch64 only"),
    };

    /// <summary>syscall(SYS_finit_module, file, parameters, flags), man 2 init_module.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial long finit_module(long number, SafeFileHandle file, string parameters, int flags);
}
