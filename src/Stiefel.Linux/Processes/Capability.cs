using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>What root may do, in parts (man 7 capabilities); those that a program of ours needs.</summary>
public enum Capability
{
    /// <summary>Giving files away.</summary>
    ChangeOwner = LinuxCapability.CAP_CHOWN,

    /// <summary>Reads and writes files of any owner.</summary>
    DacOverride = LinuxCapability.CAP_DAC_OVERRIDE,

    /// <summary>Links, addresses, tunnels.</summary>
    NetAdmin = LinuxCapability.CAP_NET_ADMIN,

    /// <summary>Memory that is never paged out.</summary>
    IpcLock = LinuxCapability.CAP_IPC_LOCK,

    /// <summary>Files that nobody may change.</summary>
    Immutable = LinuxCapability.CAP_LINUX_IMMUTABLE,

    /// <summary>Kernel modules.</summary>
    SysModule = LinuxCapability.CAP_SYS_MODULE,

    /// <summary>Mounts, block devices, device mapper, the kernel's NBD client.</summary>
    SysAdmin = LinuxCapability.CAP_SYS_ADMIN,

    /// <summary>Another kernel, by kexec.</summary>
    SysBoot = LinuxCapability.CAP_SYS_BOOT,

    /// <summary>Limits, and the marks that keep a process alive when memory is short.</summary>
    SysResource = LinuxCapability.CAP_SYS_RESOURCE,

    /// <summary>The console's tone.</summary>
    TtyConfig = LinuxCapability.CAP_SYS_TTY_CONFIG,

    /// <summary>Device nodes.</summary>
    MakeNode = LinuxCapability.CAP_MKNOD,
}
