using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>The capabilities, single privileges of root, that Stiefel's programs need (man 7 capabilities).</summary>
public enum Capability
{
    /// <summary>Changes the owner of files.</summary>
    ChangeOwner = LinuxCapability.CAP_CHOWN,

    /// <summary>Reads and writes files of any owner.</summary>
    DacOverride = LinuxCapability.CAP_DAC_OVERRIDE,

    /// <summary>Sets up links, addresses and tunnels.</summary>
    NetAdmin = LinuxCapability.CAP_NET_ADMIN,

    /// <summary>Locks memory, so that it is never paged out.</summary>
    IpcLock = LinuxCapability.CAP_IPC_LOCK,

    /// <summary>Changes the immutable flag of files.</summary>
    Immutable = LinuxCapability.CAP_LINUX_IMMUTABLE,

    /// <summary>Loads kernel modules.</summary>
    SysModule = LinuxCapability.CAP_SYS_MODULE,

    /// <summary>Uses mounts, block devices, the device mapper and the kernel's NBD client.</summary>
    SysAdmin = LinuxCapability.CAP_SYS_ADMIN,

    /// <summary>Loads and starts another kernel, and ends the machine.</summary>
    SysBoot = LinuxCapability.CAP_SYS_BOOT,

    /// <summary>Raises resource limits, and protects a process when memory runs out.</summary>
    SysResource = LinuxCapability.CAP_SYS_RESOURCE,

    /// <summary>Sounds the console's tone.</summary>
    TtyConfig = LinuxCapability.CAP_SYS_TTY_CONFIG,

    /// <summary>Makes device nodes.</summary>
    MakeNode = LinuxCapability.CAP_MKNOD,

    /// <summary>Ends processes of other users.</summary>
    Kill = LinuxCapability.CAP_KILL,

    /// <summary>Changes the process's group.</summary>
    SetGroup = LinuxCapability.CAP_SETGID,

    /// <summary>Changes the process's user.</summary>
    SetUser = LinuxCapability.CAP_SETUID,

    /// <summary>Listens on ports below 1024.</summary>
    NetBindService = LinuxCapability.CAP_NET_BIND_SERVICE,

    /// <summary>Sends and receives whole frames.</summary>
    NetRaw = LinuxCapability.CAP_NET_RAW,
}
