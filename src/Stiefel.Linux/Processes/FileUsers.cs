using System.Globalization;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>A process that uses files below a directory.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">As the kernel calls it.</param>
public readonly record struct FileUser(int Id, string Name);

/// <summary>Which processes use certain files: as their program, their root, their directory, or open (man 5 proc).</summary>
public static class FileUsers
{
    private static readonly string[] s_links = ["exe", "root", "cwd"];

    /// <summary>All of them but the caller. A process of another mount namespace has other paths, and may not be among them.</summary>
    /// <param name="counts">Is this path, as the caller sees it, one of those files?</param>
    /// <param name="procRoot">Where proc is mounted; another directory in tests.</param>
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

    /// <summary>Ends it without asking; false if it is gone already.</summary>
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
            return false; // it has ended meanwhile
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
            return false; // a kernel's thread, or it has ended meanwhile
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
