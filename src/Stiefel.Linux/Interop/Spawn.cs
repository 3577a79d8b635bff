using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>spawn.h, sys/wait.h and the exec part of unistd.h.</summary>
internal static unsafe partial class Spawn
{
    internal const int WNOHANG = 1;

    /// <summary>Returns the error number instead of setting errno (man 3 posix_spawn).</summary>
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn(int* pid, string path, void* fileActions, void* attributes, byte** argv, byte** envp);

    /// <inheritdoc cref="posix_spawn"/>
    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_init(void* actions);

    /// <inheritdoc cref="posix_spawn"/>
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn_file_actions_addopen(void* actions, int descriptor, string path, int flags, uint mode);

    /// <inheritdoc cref="posix_spawn"/>
    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_addfchdir_np(void* actions, int descriptor);

    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int waitpid(int pid, int* status, int options);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int execve(string path, byte** argv, byte** envp);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setsid();
}
