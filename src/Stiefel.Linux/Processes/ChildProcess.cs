using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>
/// Starts children of process 1 when nothing is set up yet: without pipes, terminal settings or signal handlers, and with a free choice of argv[0].
/// Everywhere else, programs are run by <see cref="Programs.ExternalProgram"/>.
/// </summary>
public static unsafe class ChildProcess
{
    // Room for a posix_spawn_file_actions_t, whose members are private: it has 80 bytes in glibc and musl.
    private const int FileActionsSize = 128;

    /// <summary>The directories in which programs are looked for if the kernel gave no PATH.</summary>
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Starts a program, which inherits every descriptor that is not close-on-exec. Returns its process id.</summary>
    /// <param name="path">The program's file.</param>
    /// <param name="arguments">argv, beginning with argv[0].</param>
    /// <param name="environment">`NAME=value` for each variable; null for PATH alone.</param>
    public static int Start(string path, IEnumerable<string> arguments, IEnumerable<string>? environment = null)
    {
        using var argv = new StringVector(arguments);
        using var envp = new StringVector(environment ?? [$"PATH={SearchPath}"]);
        int pid;
        var error = Spawn.posix_spawn(&pid, path, null, null, argv.Pointer, envp.Pointer);
        return error == 0 ? pid : throw new LinuxException($"posix_spawn(\"{path}\")", error);
    }

    /// <summary>Starts a program with /dev/null as its standard streams, so that it holds none of ours open: their readers wait for the end of the stream.</summary>
    public static int StartDetached(string path, IEnumerable<string> arguments)
    {
        var actions = stackalloc byte[FileActionsSize];
        Must(Spawn.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        try
        {
            for (var descriptor = 0; descriptor <= 2; descriptor++)
            {
                Must(Spawn.posix_spawn_file_actions_addopen(actions, descriptor, "/dev/null", Fcntl.O_RDWR, 0), "posix_spawn_file_actions_addopen");
            }

            using var argv = new StringVector(arguments);
            using var envp = new StringVector([$"PATH={SearchPath}"]);
            int pid;
            Must(Spawn.posix_spawn(&pid, path, actions, null, argv.Pointer, envp.Pointer), $"posix_spawn(\"{path}\")");
            return pid;
        }
        finally
        {
            _ = Spawn.posix_spawn_file_actions_destroy(actions);
        }
    }

    /// <summary>Starts a program like <see cref="Start"/>, found by a directory that was opened before, so that it needs no path that leads there.</summary>
    /// <param name="directory">The directory, which also becomes the program's working directory.</param>
    /// <param name="name">The program's name in it.</param>
    /// <param name="arguments">argv, beginning with argv[0].</param>
    public static int StartIn(SafeHandle directory, string name, IEnumerable<string> arguments)
    {
        var actions = stackalloc byte[FileActionsSize];
        Must(Spawn.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        try
        {
            Must(Spawn.posix_spawn_file_actions_addfchdir_np(actions, (int)directory.DangerousGetHandle()), "posix_spawn_file_actions_addfchdir_np");
            using var argv = new StringVector(arguments);
            using var envp = new StringVector([$"PATH={SearchPath}"]);
            int pid;
            Must(Spawn.posix_spawn(&pid, "./" + name, actions, null, argv.Pointer, envp.Pointer), $"posix_spawn(\"./{name}\")");
            GC.KeepAlive(directory);
            return pid;
        }
        finally
        {
            _ = Spawn.posix_spawn_file_actions_destroy(actions);
        }
    }

    /// <summary>Kills a child, which must still be waited for.</summary>
    public static void Kill(int pid) => _ = Signals.kill(pid, Signals.SIGKILL);

    private static void Must(int error, string call)
    {
        if (error != 0)
        {
            throw new LinuxException(call, error);
        }
    }

    /// <summary>Waits for a child. Returns its exit code, or 128 + the signal that ended it.</summary>
    public static int Wait(int pid)
    {
        int status;
        while (Spawn.waitpid(pid, &status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw LinuxException.FromLastError($"waitpid({pid})");
            }
        }

        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /// <summary>Starts a program and waits for it.</summary>
    public static int Run(string path, IEnumerable<string> arguments) => Wait(Start(path, arguments));

    /// <summary>The file of a program in <see cref="SearchPath"/>; null if it is not installed.</summary>
    public static string? Find(string name) =>
        SearchPath.Split(':').Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
}
