using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>Prepares this process to serve the disk of the root file system: it must keep running when nothing can be read from or written to that disk.</summary>
public static unsafe class RootStorageDaemon
{
    /// <summary>
    /// Locks all memory, present and future (man 2 mlockall): a page that had to be read back from the disk that this process
    /// keeps alive would never arrive. Throws <see cref="LinuxException"/>.
    /// </summary>
    public static void LockMemory()
    {
        if (SysMman.mlockall(SysMman.MCL_CURRENT | SysMman.MCL_FUTURE) != 0)
        {
            throw LinuxException.FromLastError("mlockall(MCL_CURRENT | MCL_FUTURE)");
        }
    }

    /// <summary>
    /// Keeps the kernel from writing to disks to free memory for this process (man 2 PR_SET_IO_FLUSHER), which could wait for this process itself. False on kernels
    /// before 5.6, which do not support it.
    /// </summary>
    public static bool MarkAsInputOutputPath() => SysPrctl.prctl(SysPrctl.PR_SET_IO_FLUSHER, 1, 0, 0, 0) == 0;

    /// <summary>Makes this process the kernel's last choice when memory runs out (man 5 proc_pid_oom_score_adj), and its children likewise. Needs /proc.</summary>
    public static void SpareFromOutOfMemory(string procSelf = "/proc/self") => File.WriteAllText($"{procSelf}/oom_score_adj", "-1000");

    /// <summary>
    /// Sets the calling thread's name, at most 15 bytes (man 2 PR_SET_NAME). The name of the first thread is the process's, which `ps -o comm`, `top` and the
    /// kernel's log show.
    /// </summary>
    public static void SetName(string name)
    {
        fixed (byte* text = Encoding.ASCII.GetBytes(name + '\0'))
        {
            _ = SysPrctl.prctl(SysPrctl.PR_SET_NAME, (nuint)text, 0, 0, 0);
        }
    }

    /// <summary>Begins a session, so that no terminal's hang-up or Ctrl-C reaches this process (man 2 setsid).</summary>
    public static void LeaveTerminal() => _ = Spawn.setsid();

    /// <summary>Redirects standard input, output and error to another file, and closes their former files (man 2 dup2).</summary>
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
