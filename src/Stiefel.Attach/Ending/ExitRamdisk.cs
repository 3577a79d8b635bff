using System.Globalization;
using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;

namespace Stiefel.Attach.Ending;

/// <summary>
/// What systemd goes back to when it ends (systemd.io/INITRD_INTERFACE): a file system in memory at /run/initramfs with one program, this one. Nothing
/// of it is on the disk. It is made before the disk is attached, the agent runs from it, so that the program is in memory once, and it is shown at its
/// place as soon as the laptop's system runs.
/// </summary>
internal static class ExitRamdisk
{
    /// <summary>Where it is made, in the initramfs.</summary>
    internal const string Directory = "/stiefel-end";

    /// <summary>Where systemd looks for it.</summary>
    internal const string Place = "/run/initramfs";

    /// <summary>The program's name in it, and argv[0] as systemd gives it.</summary>
    internal const string Program = "/shutdown";

    /// <summary>At which the agent hears, in it.</summary>
    internal const string Socket = "/agent";

    // In it: how long the end may take, in seconds.
    private const string Patience = "/wait";

    // dracut and finalrd fill this place with a system of their own unless there is a shell that can be run.
    private const string NoShell = "/bin/sh";

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    // What systemd moves here, and what it would make in any root, which it cannot once this is sealed.
    private static readonly string[] s_directories =
        ["bin", "dev", "etc", "lib", "lib64", "oldroot", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var"];

    /// <summary>Process 1 has made it.</summary>
    internal static bool IsMade => File.Exists(Directory + Program);

    /// <summary>Makes it, and says where the program is in it; null if it cannot be made, which must not keep anything from starting.</summary>
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

    /// <summary>How long the end may take.</summary>
    internal static TimeSpan ReadPatience(string directory = "") => TimeSpan.FromSeconds(int.Parse(File.ReadAllText(directory + Patience), CultureInfo.InvariantCulture));

    /// <summary>Shows it at its place, once the laptop's system runs. Throws <see cref="LinuxException"/>.</summary>
    internal static void Show()
    {
        MemoryFileSystem.Seal(Directory);
        LaterRoot.Show(Directory, Place);
        KernelFileSystem.Detach(Directory);
    }
}
