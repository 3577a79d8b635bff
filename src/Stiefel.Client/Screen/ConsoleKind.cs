namespace Stiefel.Client.Screen;

/// <summary>Whether a line can be redrawn where our output goes. A serial console is a terminal too, but its log is read afterwards.</summary>
internal static class ConsoleKind
{
    /// <summary>For this process's standard output.</summary>
    public static bool CanRedraw() =>
        !Console.IsOutputRedirected
        && CanRedraw(
            File.ResolveLinkTarget("/proc/self/fd/1", returnFinalTarget: false)?.FullName ?? "",
            Environment.GetEnvironmentVariable("TERM") ?? "",
            ActiveConsoles());

    /// <summary>True for a pseudo-terminal or a screen; false for serial lines, for `TERM=dumb`, and whatever else is unknown.</summary>
    /// <param name="device">The terminal: /dev/pts/0, /dev/tty1, /dev/ttyS0, /dev/console.</param>
    /// <param name="term">The variable TERM.</param>
    /// <param name="activeConsoles">Text of /sys/class/tty/console/active: the last of them is /dev/console.</param>
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
