using System.Text;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>
/// Reads small texts from sysfs, so that no surprise does harm: a file that vanishes, cannot be read, or is a directory or a pipe reads as an empty text,
/// and the length is limited.
/// </summary>
public static unsafe class SysfsText
{
    // An attribute is at most a page (Documentation/filesystems/sysfs.rst).
    private const int MostBytes = 4096;

    /// <summary>A file's text, without white space around it; empty if it cannot be read.</summary>
    public static string Read(string path)
    {
        // A name read from a damaged directory may contain a zero byte.
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return "";
        }

        using var handle = Fcntl.open(path, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC, 0);
        if (handle.IsInvalid)
        {
            return "";
        }

        var bytes = stackalloc byte[MostBytes];
        var length = Unistd.read(handle, bytes, MostBytes);
        return length > 0 ? Encoding.UTF8.GetString(bytes, (int)length).Trim() : "";
    }

    /// <summary>Writes a file's text; false if that fails.</summary>
    public static bool TryWrite(string path, string text)
    {
        using var handle = Fcntl.open(path, Fcntl.O_WRONLY | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC, 0);
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            return !handle.IsInvalid && Unistd.write(handle, start, (nuint)bytes.Length) == bytes.Length;
        }
    }

    /// <summary>The names in a directory in ordinal order, at most the given number; null if it cannot be read.</summary>
    public static IReadOnlyList<string>? List(string directory, int most)
    {
        try
        {
            List<string> names = [.. Directory.EnumerateFileSystemEntries(directory).Take(most).Select(Path.GetFileName).OfType<string>()];
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
