using Stiefel.Linux.Errors;
using static Stiefel.Linux.Interop.LinuxCapability;
using static Stiefel.Linux.Interop.SysPrctl;

namespace Stiefel.Linux.Processes;

/// <summary>
/// A process that holds no more than it needs. Capabilities and no_new_privs belong to threads, and when our first line runs the runtime has
/// several already: so the first thread gives up what is not needed for whatever it becomes (the bounding set, and what would be inherited past
/// it, man 7 capabilities), and becomes the same program once more, of which every thread is then born without.
/// </summary>
public static unsafe class LeastPrivilege
{
    // linux/capability.h has 41 today; the kernel says where they end.
    private const int EndOfCapabilities = 64;

    /// <summary>
    /// Keeps these capabilities and forbids to gain any; call it before anything else. Returns at once if it has been done, or cannot be: a
    /// process that is not root has none to give up but those that its starter left to it, and loses them all. Needs /proc. Throws <see cref="LinuxException"/>.
    /// </summary>
    public static void Keep(params ReadOnlySpan<Capability> needed)
    {
        // Now, as long as a limit of nothing at all can be raised.
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

    /// <summary>Neither this process's memory nor that of its children becomes a core dump, and nobody but root reads it in /proc (man 2 PR_SET_DUMPABLE, man 5 core).</summary>
    public static void KeepOutOfCoreDumps()
    {
        Must(PR_SET_DUMPABLE, 0, "PR_SET_DUMPABLE");
        LimitCoreDumps();
    }

    // For children, which are dumpable again. A program that takes core dumps through a pipe gets them whatever the limit is, but for 1: that is
    // how the kernel keeps such a program from being called for its own (linux fs/coredump.c). A file of one byte is not written either, since
    // there is none below a page. One that listens on a socket (since Linux 6.16) gets them in any case.
    private static void LimitCoreDumps()
    {
        var least = new rlimit { rlim_cur = 1, rlim_max = 1 };
        var none = new rlimit();
        // EPERM: somebody has forbidden all of it already, and we cannot raise that.
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
            // 1: it is in the bounding set; an error: there is no such capability in this kernel.
            if (!needed.Contains((Capability)capability) && prctl(PR_CAPBSET_READ, (nuint)capability, 0, 0, 0) == 1)
            {
                // Fails without CAP_SETPCAP, that is, for everyone but root.
                dropped |= prctl(PR_CAPBSET_DROP, (nuint)capability, 0, 0, 0) == 0;
            }
        }

        return dropped;
    }

    /// <summary>Gives up what the program would hold when it is started anew, whatever the bounding set says. The ambient set goes along: it is never more than the inheritable one.</summary>
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
