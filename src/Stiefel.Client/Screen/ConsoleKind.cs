using System.Globalization;

namespace Stiefel.Client.Screen;

/// <summary>Tells whether standard output can redraw a line. A serial console is not redrawn although it is a terminal, because its log is read afterwards.</summary>
internal static class ConsoleKind
{
    /// <summary>The width that the environment tells (COLUMNS, as in POSIX): the ramdisk's smallest console. Null if it tells none.</summary>
    public static int? Columns => int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns >= FewestColumns ? columns : null;

    private const int FewestColumns = 40;

    /// <summary>True if this process's standard output can redraw a line.</summary>
    public static bool CanRedraw() =>
        !Console.IsOutputRedirected
        && CanRedraw(
            File.ResolveLinkTarget("/proc/self/fd/1", returnFinalTarget: false)?.FullName ?? "",
            Environment.GetEnvironmentVariable("TERM") ?? "",
            ActiveConsoles());

    /// <summary>True for a pseudo-terminal or a screen; false for serial lines, `TERM=dumb` and anything unknown.</summary>
    /// <param name="device">The terminal's path, as /dev/pts/0, /dev/tty1, /dev/ttyS0 or /dev/console.</param>
    /// <param name="term">The value of the environment variable TERM.</param>
    /// <param name="activeConsoles">The content of /sys/class/tty/console/active; the last console listed is /dev/console.</param>
    public static bool CanRedraw(string device, string term, string activeConsoles)
    {
        var name = device == "/dev/console"
            ? activeConsoles.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).LastOrDefault("")
            : device.StartsWith("/dev/", StringComparison.Ordinal) ? device["/dev/".Length..] : "";
        var isScreen = name.StartsWith("tty", StringComparison.Ordinal) && name.Length > 3 && name.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0;
        return term is not ("" or "dumb") && (isScreen || name.StartsWith("pts/", StringComparison.Ordinal));
    }

    private static string ActiveConsoles()
    {
        try
        {
            return File.ReadAllText("/sys/class/tty/console/active");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
