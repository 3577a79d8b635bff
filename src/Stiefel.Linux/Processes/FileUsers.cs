using System.Globalization;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>A process that uses files below a directory.</summary>
/// <param name="Id">The process id.</param>
/// <param name="Name">The kernel's name for it.</param>
public readonly record struct FileUser(int Id, string Name);

/// <summary>Finds processes that use certain files: as their program, their root or working directory, or as open files (man 5 proc).</summary>
public static class FileUsers
{
    private static readonly string[] s_links = ["exe", "root", "cwd"];

    /// <summary>Lists these processes, without the caller. Processes in another mount namespace see other paths, and may be missed.</summary>
    /// <param name="counts">True for a path, as the caller sees it, that is one of the files.</param>
    /// <param name="procRoot">The directory where proc is mounted; another one in tests.</param>
    public static IReadOnlyList<FileUser> Of(Func<string, bool> counts, string procRoot = "/proc")
    {
        var users = new List<FileUser>();
        foreach (var process in Directory.EnumerateDirectories(procRoot))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId && Uses(process, counts))
            {
                users.Add(new FileUser(id, NameOf(process)));
            }
        }

        return users;
    }

    /// <summary>Kills the process; false if it has ended already.</summary>
    public static bool Kill(FileUser user) => Signals.kill(user.Id, Signals.SIGKILL) == 0;

    private static bool Uses(string process, Func<string, bool> counts)
    {
        foreach (var link in s_links)
        {
            if (LeadsTo(Path.Combine(process, link), counts))
            {
                return true;
            }
        }

        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Any(open => LeadsTo(open, counts));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // the process has ended meanwhile
        }
    }

    private static bool LeadsTo(string link, Func<string, bool> counts)
    {
        try
        {
            return new FileInfo(link).LinkTarget is { } target && counts(target);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // a kernel thread, or a process that has ended meanwhile
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }
}
