using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>linux/keyctl.h. glibc has no wrappers for these calls, so they are called by number.</summary>
internal static unsafe partial class KeyControl
{
    internal const int KEY_SPEC_USER_KEYRING = -4;
    internal const int KEYCTL_SET_TIMEOUT = 15;

    /// <summary>SYS_add_key on this architecture.</summary>
    internal static long AddNumber { get; } = Numbers.Add;

    /// <summary>SYS_keyctl on this architecture.</summary>
    internal static long ControlNumber { get; } = Numbers.Control;

    private static (long Add, long Control) Numbers => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (248, 250),
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => (217, 219),
        var other => throw new PlatformNotSupportedException($"the system call number of add_key on {other} is unknown: kernel keyrings work on x86-64, arm64, riscv64 and loongarch64 only"),
    };

    /// <summary>syscall(SYS_add_key, type, description, payload, plen, keyring), man 2 add_key.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long add_key(long number, byte* type, byte* description, byte* payload, nuint plen, long keyring);

    /// <summary>syscall(SYS_keyctl, operation, key, argument), man 2 keyctl.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long keyctl(long number, long operation, long key, long argument);
}
