namespace Stiefel.Linux.Interop;

/// <summary>linux/capability.h: numbers of capabilities (man 7 capabilities).</summary>
internal static class LinuxCapability
{
    internal const int CAP_CHOWN = 0;
    internal const int CAP_DAC_OVERRIDE = 1;
    internal const int CAP_NET_ADMIN = 12;
    internal const int CAP_IPC_LOCK = 14;
    internal const int CAP_SYS_MODULE = 16;
    internal const int CAP_SYS_ADMIN = 21;
    internal const int CAP_SYS_BOOT = 22;
    internal const int CAP_SYS_RESOURCE = 24;
    internal const int CAP_MKNOD = 27;
}
