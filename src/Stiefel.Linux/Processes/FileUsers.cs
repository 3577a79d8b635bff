using System.Globalization;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>A process that uses files below a directory.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">As the kernel calls it.</param>
public readonly record struct FileUser(int Id, string Name);

/// <summary>Which processes use files below a directory: their program, their root, their directory, what they have open (man 5 proc).</summary>
public static class FileUsers
{
    private static readonly string[] s_links = ["exe", "root", "cwd"];

    /// <summary>All of them but the caller. A process of another mount namespace sees other paths, and is not among them.</summary>
    /// <param name="directory">As the caller sees it.</param>
    /// <param name="procRoot">Where proc is mounted; another directory in tests.</param>
    public static IReadOnlyList<FileUser> Of(string directory, string procRoot = "/proc")
    {
        var users = new List<FileUser>();
        foreach (var process in Directory.EnumerateDirectories(procRoot))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId && Uses(process, directory))
            {
                users.Add(new FileUser(id, NameOf(process)));
            }
        }

        return users;
    }

    /// <summary>Ends it without asking; false if it is gone already.</summary>
    public static bool Kill(FileUser user) => Signals.kill(user.Id, Signals.SIGKILL) == 0;

    private static bool Uses(string process, string directory)
    {
        foreach (var link in s_links)
        {
            if (LeadsInto(Path.Combine(process, link), directory))
            {
                return true;
            }
        }

        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Any(open => LeadsInto(open, directory));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // it has ended meanwhile
        }
    }

    private static bool LeadsInto(string link, string directory)
    {
        try
        {
            return new FileInfo(link).LinkTarget is { } target && (target == directory || target.StartsWith(directory + "/", StringComparison.Ordinal));
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
