using Stiefel.Linux.Interop;
using static Stiefel.Linux.Interop.SysPrctl;

namespace Stiefel.Linux.Processes;

/// <summary>
/// A process that holds no more than it needs. Capabilities and no_new_privs belong to threads, and when our first line runs the runtime has
/// several already: so the first thread gives up what is not needed for whatever it becomes (the bounding set, man 7 capabilities), and becomes
/// the same program once more, of which every thread is then born without.
/// </summary>
public static unsafe class LeastPrivilege
{
    // linux/capability.h has 41 today; the kernel says where they end.
    private const int EndOfCapabilities = 64;

    /// <summary>
    /// Keeps these capabilities and forbids to gain any; call it before anything else. Returns at once if it has been done, or cannot be: who is
    /// not root has none to give up. Needs /proc. Throws <see cref="LinuxException"/>.
    /// </summary>
    public static void Keep(params ReadOnlySpan<Capability> needed)
    {
        var gaveUp = DropAllBut(needed);
        var forbade = ForbidNewPrivileges();
        if (gaveUp || forbade)
        {
            ProcessImage.StartAnew();
        }

        KeepOutOfCoreDumps();
    }

    /// <summary>Neither this process's memory nor that of its children is written to a core file, and nobody but root reads it in /proc (man 2 PR_SET_DUMPABLE, man 5 core).</summary>
    public static void KeepOutOfCoreDumps()
    {
        Must(PR_SET_DUMPABLE, 0, "PR_SET_DUMPABLE");
        var none = new rlimit();
        if (setrlimit(RLIMIT_CORE, &none) != 0)
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
