using System.Globalization;
using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;

namespace Stiefel.Attach.Ending;

/// <summary>
/// The shutdown ramdisk that systemd returns to when it ends (systemd.io/INITRD_INTERFACE): a file system in memory at /run/initramfs with one program,
/// this one. None of it is on the disk. It is made before the disk is attached, and the agent runs from it, so that the program is in memory only once.
/// It is moved to /run/initramfs as soon as the laptop's system runs.
/// </summary>
internal static class ExitRamdisk
{
    /// <summary>The directory in the initramfs where it is made.</summary>
    internal const string Directory = "/stiefel-end";

    /// <summary>The directory where systemd looks for it.</summary>
    internal const string Place = "/run/initramfs";

    /// <summary>The program's path inside it, which is also the argv[0] that systemd uses.</summary>
    internal const string Program = "/shutdown";

    /// <summary>The path inside it of the agent's socket.</summary>
    internal const string Socket = "/agent";

    // The file inside it that holds the longest time for the shutdown, in seconds.
    private const string Patience = "/wait";

    // dracut and finalrd fill /run/initramfs with a system of their own unless they find an executable shell in it.
    private const string NoShell = "/bin/sh";

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    // systemd moves mounts to some of these, and would create the others, which it cannot do once this is sealed.
    private static readonly string[] s_directories =
        ["bin", "dev", "etc", "lib", "lib64", "oldroot", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var"];

    /// <summary>True if process 1 has made it.</summary>
    internal static bool IsMade => File.Exists(Directory + Program);

    /// <summary>Makes it and returns the program's path; null if that failed, which must not keep the system from starting.</summary>
    internal static string? TryMake(string program, TimeSpan patience, AttachLog log, string directory = Directory)
    {
        try
        {
            System.IO.Directory.CreateDirectory(directory);
            MemoryFileSystem.Mount(directory);
            Fill(directory, program, patience);
            return directory + Program;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Say($"nothing will say goodbye to the laptop when this system ends: {exception.Message}");
            return null;
        }
    }

    internal static void Fill(string directory, string program, TimeSpan patience)
    {
        foreach (var name in s_directories)
        {
            System.IO.Directory.CreateDirectory(Path.Combine(directory, name));
        }

        File.Copy(program, directory + Program);
        File.WriteAllText(directory + NoShell, "");
        File.SetUnixFileMode(directory + Program, Executable);
        File.SetUnixFileMode(directory + NoShell, Executable);
        File.WriteAllText(directory + Patience, ((int)patience.TotalSeconds).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Reads the longest time that the shutdown may take.</summary>
    internal static TimeSpan ReadPatience(string directory = "") => TimeSpan.FromSeconds(int.Parse(File.ReadAllText(directory + Patience), CultureInfo.InvariantCulture));

    /// <summary>Moves it to <see cref="Place"/>, once the laptop's system runs. Throws <see cref="LinuxException"/>.</summary>
    internal static void Show()
    {
        MemoryFileSystem.Seal(Directory);
        LaterRoot.Show(Directory, Place);
        KernelFileSystem.Detach(Directory);
    }
}
