using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>
/// Children of process 1, before there is anything: no pipes, no terminal settings, no signal handlers, and argv[0] as one likes.
/// Everywhere else <see cref="Programs.ExternalProgram"/> is the way to run programs.
/// </summary>
public static unsafe class ChildProcess
{
    // Room for a posix_spawn_file_actions_t of glibc or musl, 80 bytes, whose members are its own.
    private const int FileActionsSize = 128;

    /// <summary>Where programs are looked for when the kernel gave no PATH.</summary>
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Starts a program; it inherits every descriptor that is not close-on-exec. Returns its process number.</summary>
    /// <param name="path">The program's file.</param>
    /// <param name="arguments">argv, beginning with argv[0].</param>
    /// <param name="environment">`NAME=value`; a PATH alone if null.</param>
    public static int Start(string path, IEnumerable<string> arguments, IEnumerable<string>? environment = null)
    {
        using var argv = new StringVector(arguments);
        using var envp = new StringVector(environment ?? [$"PATH={SearchPath}"]);
        int pid;
        var error = Spawn.posix_spawn(&pid, path, null, null, argv.Pointer, envp.Pointer);
        return error == 0 ? pid : throw new LinuxException($"posix_spawn(\"{path}\")", error);
    }

    /// <summary>The same, with /dev/null for its standard streams: it holds none of ours, whose readers wait for their end.</summary>
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

    private static void Must(int error, string call)
    {
        if (error != 0)
        {
            throw new LinuxException(call, error);
        }
    }

    /// <summary>Waits for a child. Its exit code, or 128 + the signal that ended it.</summary>
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
