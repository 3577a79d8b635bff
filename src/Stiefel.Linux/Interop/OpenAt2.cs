using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>linux/openat2.h; libc has no wrapper for openat2.</summary>
internal static unsafe partial class OpenAt2
{
    public const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    public const ulong RESOLVE_IN_ROOT = 0x10;

    /// <summary>The number is the same on every architecture (asm-generic/unistd.h).</summary>
    public const nint SYS_openat2 = 437;

    public static nint openat2(int dirfd, byte* pathname, open_how* how) =>
        syscall(SYS_openat2, dirfd, pathname, how, (nuint)sizeof(open_how));

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint dirfd, byte* pathname, open_how* how, nuint size);

    [StructLayout(LayoutKind.Sequential)]
    public struct open_how
    {
        public ulong flags;
        public ulong mode;
        public ulong resolve;
    }
}
