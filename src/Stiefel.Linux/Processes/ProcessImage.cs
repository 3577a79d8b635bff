using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>The arguments and environment that this process was started with, and its replacement by another program.</summary>
public static unsafe class ProcessImage
{
    private const string OwnProgram = "/proc/self/exe";

    /// <summary>argv byte for byte, as the kernel passed it. Needs /proc.</summary>
    public static IReadOnlyList<byte[]> Arguments(string procSelf = "/proc/self") => ReadStrings($"{procSelf}/cmdline");

    /// <summary>The environment byte for byte, as the kernel passed it: `NAME=value`. Needs /proc.</summary>
    public static IReadOnlyList<byte[]> Environment(string procSelf = "/proc/self") => ReadStrings($"{procSelf}/environ");

    /// <summary>
    /// Becomes another program (man 2 execve), with signals and limits as the kernel would have set them: the runtime ignores SIGPIPE,
    /// may block signals, and raises the limit of open files, and all of that would survive execve. Returns only by throwing.
    /// </summary>
    public static void Replace(string path, IReadOnlyList<byte[]> arguments, IReadOnlyList<byte[]> environment)
    {
        ProcessSignals.RestoreDefaults();
        ProcessLimits.RestoreOpenFiles();
        using var argv = new StringVector(arguments);
        using var envp = new StringVector(environment);
        _ = Spawn.execve(path, argv.Pointer, envp.Pointer);
        throw LinuxException.FromLastError($"execve(\"{path}\")");
    }

    /// <summary>
    /// Executes this program again, with the same arguments, descriptors and signals. It is started by its path, which gives the process its name, or
    /// through /proc if the file no longer exists. Returns only by throwing.
    /// </summary>
    internal static void StartAnew()
    {
        using var argv = new StringVector(Arguments());
        using var envp = new StringVector(Environment());
        if (System.Environment.ProcessPath is { } path)
        {
            _ = Spawn.execve(path, argv.Pointer, envp.Pointer);
        }

        _ = Spawn.execve(OwnProgram, argv.Pointer, envp.Pointer);
        throw LinuxException.FromLastError($"execve(\"{OwnProgram}\")");
    }

    private static List<byte[]> ReadStrings(string file)
    {
        List<byte[]> strings = [];
        var rest = File.ReadAllBytes(file).AsSpan();
        while (rest.Length > 0)
        {
            var end = rest.IndexOf((byte)0);
            end = end < 0 ? rest.Length : end;
            strings.Add(rest[..end].ToArray());
            rest = rest[Math.Min(end + 1, rest.Length)..];
        }

        return strings;
    }
}
