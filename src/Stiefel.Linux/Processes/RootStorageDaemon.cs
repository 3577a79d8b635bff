using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>Makes this process fit to stand below the root file system: it must go on when nothing can be read from or written to disk.</summary>
public static class RootStorageDaemon
{
    /// <summary>
    /// Locks all memory, present and future (man 2 mlockall): a page that had to be read back from the disk this process keeps alive
    /// would never come. Throws <see cref="LinuxException"/>.
    /// </summary>
    public static void LockMemory()
    {
        if (SysMman.mlockall(SysMman.MCL_CURRENT | SysMman.MCL_FUTURE) != 0)
        {
            throw LinuxException.FromLastError("mlockall(MCL_CURRENT | MCL_FUTURE)");
        }
    }

    /// <summary>
    /// Memory for this process is never gained by writing to a disk (man 2 PR_SET_IO_FLUSHER), for the same reason. False on kernels
    /// before 5.6, which do not know it.
    /// </summary>
    public static bool MarkAsInputOutputPath() => SysPrctl.prctl(SysPrctl.PR_SET_IO_FLUSHER, 1, 0, 0, 0) == 0;

    /// <summary>The kernel's last choice when memory runs out (man 5 proc_pid_oom_score_adj). Needs /proc.</summary>
    public static void SpareFromOutOfMemory(string procSelf = "/proc/self") => File.WriteAllText($"{procSelf}/oom_score_adj", "-1000");

    /// <summary>The name that `ps -o comm`, `top` and the kernel's log show, at most 15 bytes (man 5 proc_pid_comm). Needs /proc.</summary>
    public static void SetName(string name, string procSelf = "/proc/self") => File.WriteAllText($"{procSelf}/comm", name);

    /// <summary>A session of its own: no terminal's hang-up or Ctrl-C reaches it (man 2 setsid).</summary>
    public static void LeaveTerminal() => _ = Spawn.setsid();

    /// <summary>Standard input, output and error go to another file from now on, and hold their former one no more (man 2 dup2).</summary>
    public static void RedirectStandardStreams(SafeFileHandle target)
    {
        for (var descriptor = 0; descriptor <= 2; descriptor++)
        {
            if (Unistd.dup2(target, descriptor) < 0)
            {
                throw LinuxException.FromLastError($"dup2(target, {descriptor})");
            }
        }
    }
}
