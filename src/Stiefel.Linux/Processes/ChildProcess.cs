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
