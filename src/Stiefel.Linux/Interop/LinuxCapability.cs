using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>linux/capability.h: the numbers of capabilities (man 7 capabilities) and a thread's capability sets (man 2 capset).</summary>
internal static unsafe partial class LinuxCapability
{
    internal const int CAP_CHOWN = 0;
    internal const int CAP_DAC_OVERRIDE = 1;
    internal const int CAP_KILL = 5;
    internal const int CAP_SETGID = 6;
    internal const int CAP_SETUID = 7;
    internal const int CAP_LINUX_IMMUTABLE = 9;
    internal const int CAP_NET_BIND_SERVICE = 10;
    internal const int CAP_NET_ADMIN = 12;
    internal const int CAP_NET_RAW = 13;
    internal const int CAP_IPC_LOCK = 14;
    internal const int CAP_SYS_MODULE = 16;
    internal const int CAP_SYS_ADMIN = 21;
    internal const int CAP_SYS_BOOT = 22;
    internal const int CAP_SYS_RESOURCE = 24;
    internal const int CAP_SYS_TTY_CONFIG = 26;
    internal const int CAP_MKNOD = 27;

    internal const uint _LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    internal const int _LINUX_CAPABILITY_U32S_3 = 2;

    [StructLayout(LayoutKind.Sequential)]
    internal struct __user_cap_header_struct
    {
        internal uint version;
        internal int pid;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct __user_cap_data_struct
    {
        internal uint effective;
        internal uint permitted;
        internal uint inheritable;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int capget(__user_cap_header_struct* header, __user_cap_data_struct* data);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int capset(__user_cap_header_struct* header, __user_cap_data_struct* data);
}
