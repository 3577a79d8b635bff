using Stiefel.Linux.Errors;
using static Stiefel.Linux.Interop.LinuxCapability;
using static Stiefel.Linux.Interop.SysPrctl;

namespace Stiefel.Linux.Processes;

/// <summary>
/// Reduces a process to the privileges it needs. Capabilities and no_new_privs belong to threads, and the runtime has several threads when our
/// first line runs. So the first thread gives up what is not needed from its bounding and inheritable sets (man 7 capabilities), and then
/// executes the same program again, whose threads all start without these privileges.
/// </summary>
public static unsafe class LeastPrivilege
{
    // linux/capability.h has 41 capabilities today; the kernel reports which ones it has.
    private const int EndOfCapabilities = 64;

    /// <summary>
    /// Keeps these capabilities and forbids gaining any. Call it before anything else. Returns at once if this has been done, or cannot be done: a
    /// process that is not root has only the capabilities that its parent left it, and loses them all. Needs /proc. Throws <see cref="LinuxException"/>.
    /// </summary>
    public static void Keep(params ReadOnlySpan<Capability> needed)
    {
        // Set this before capabilities are dropped: raising a hard limit of 0 needs CAP_SYS_RESOURCE.
        LimitCoreDumps();
        var gaveUp = DropAllBut(needed);
        var disinherited = Disinherit();
        var forbade = ForbidNewPrivileges();
        if (gaveUp || disinherited || forbade)
        {
            ProcessImage.StartAnew();
        }

        KeepOutOfCoreDumps();
    }

    /// <summary>Keeps the memory of this process and its children out of core dumps; only root can read it in /proc (man 2 PR_SET_DUMPABLE, man 5 core).</summary>
    public static void KeepOutOfCoreDumps()
    {
        Must(PR_SET_DUMPABLE, 0, "PR_SET_DUMPABLE");
        LimitCoreDumps();
    }

    // Limits core dumps of child processes, which are dumpable again. A core-dump handler behind a pipe gets dumps whatever the limit is, except for 1, which
    // the kernel uses to keep a handler from being called for its own crash (linux fs/coredump.c). With 1, no file is written either, because a dump has
    // at least a page. A handler that listens on a socket (since Linux 6.16) gets dumps in any case.
    private static void LimitCoreDumps()
    {
        var least = new rlimit { rlim_cur = 1, rlim_max = 1 };
        var none = new rlimit();
        // EPERM: the hard limit is already 0, and cannot be raised.
        if (setrlimit(RLIMIT_CORE, &least) != 0 && setrlimit(RLIMIT_CORE, &none) != 0)
        {
            throw LinuxException.FromLastError("setrlimit(RLIMIT_CORE, 0)");
        }
    }

    private static bool DropAllBut(ReadOnlySpan<Capability> needed)
    {
        var dropped = false;
        for (var capability = 0; capability < EndOfCapabilities; capability++)
        {
            // 1 means that it is in the bounding set; an error means that this kernel has no such capability.
            if (!needed.Contains((Capability)capability) && prctl(PR_CAPBSET_READ, (nuint)capability, 0, 0, 0) == 1)
            {
                // This fails without CAP_SETPCAP, which only root has.
                dropped |= prctl(PR_CAPBSET_DROP, (nuint)capability, 0, 0, 0) == 0;
            }
        }

        return dropped;
    }

    /// <summary>Clears the inheritable set, which would survive execve regardless of the bounding set. This also clears the ambient set, which is never larger.</summary>
    private static bool Disinherit()
    {
        var ourselves = new __user_cap_header_struct { version = _LINUX_CAPABILITY_VERSION_3 };
        var sets = stackalloc __user_cap_data_struct[_LINUX_CAPABILITY_U32S_3];
        if (capget(&ourselves, sets) != 0)
        {
            throw LinuxException.FromLastError("capget");
        }

        var inheritable = 0u;
        for (var i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        {
            inheritable |= sets[i].inheritable;
            sets[i].inheritable = 0;
        }

        if (inheritable == 0)
        {
            return false;
        }

        return capset(&ourselves, sets) == 0 ? true : throw LinuxException.FromLastError("capset");
    }

    private static bool ForbidNewPrivileges()
    {
        if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0)
        {
            return false;
        }

        Must(PR_SET_NO_NEW_PRIVS, 1, "PR_SET_NO_NEW_PRIVS");
        return true;
    }

    private static void Must(int option, nuint value, string name)
    {
        if (prctl(option, value, 0, 0, 0) != 0)
        {
            throw LinuxException.FromLastError($"prctl({name}, {value})");
        }
    }
}
